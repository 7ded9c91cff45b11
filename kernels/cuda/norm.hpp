// What both norms share: the last step forward and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/network.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

struct Moments {
    float mean;
    float rstd;
};

/// A and B of operators.hpp.
struct GradientMeans {
    float a;
    float b;
};

[[nodiscard]] CONE_HOST_DEVICE inline float reciprocal_deviation(float variance) {
    return 1.0f / square_root(variance + 1e-5f);
}

[[nodiscard]] CONE_HOST_DEVICE inline float normalised(float x, Moments m) {
    return (x - m.mean) * m.rstd;
}

/// y = fma(z, gamma, beta). One thread a value; `Set` finds the set of values that shares moments, and the channel.
template <class Set>
struct NormOutput {
    Set set;
    const float* x;
    const Moments* moments;
    const float* gamma;
    const float* beta;
    float* y;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [of, channel] = set.find(static_cast<u32>(i));
        y[i] = fused(normalised(x[i], moments[of]), gamma[channel], beta[channel]);
    }
};

/// dx = fma(-z, B, fma(dy, gamma, -A)) * rstd.
template <class Set>
struct NormInputGradient {
    Set set;
    const float* x;
    const float* dy;
    const Moments* moments;
    const GradientMeans* means;
    const float* gamma;
    float* dx;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [of, channel] = set.find(static_cast<u32>(i));
        const float z = normalised(x[i], moments[of]);
        const float inner = fused(dy[i], gamma[channel], -means[of].a);
        dx[i] = fused(-z, means[of].b, inner) * moments[of].rstd;
    }
};

/// Index of the set of values that shares moments, and of the channel.
struct SetAndChannel {
    u32 set;
    u32 channel;
};

/// Bytes of scratch memory that group_norm, layer_norm and their gradients need: moments and means a set, two floats a sample
/// and channel, sixteen a channel.
[[nodiscard]] inline std::size_t norm_scratch(const Layer& layer, u32 samples) {
    const std::size_t channels = layer.in.channels;
    const std::size_t positions = layer.in.values() / channels;
    const std::size_t sets = samples * (layer.op == Op::GroupNorm ? std::size_t{layer.groups} : positions);
    return sets * (sizeof(Moments) + sizeof(GradientMeans)) + (2 * samples + 16) * channels * sizeof(float);
}

}  // namespace cone::kernels::cuda
