// Optimiser steps on a grid: one thread a value; the norm for clipping is one chain and so one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/optimiser.hpp"

namespace cone::kernels::cuda {

/// factor = what a gradient above max_norm is multiplied by; negative when it is not above. Exactly one thread.
struct ClipFactor {
    const float* gradient;
    std::size_t count;
    float max_norm;
    float* factor;

    CONE_HOST_DEVICE void operator()(std::size_t) const {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double g = gradient[i];
            sum = fused(g, g, sum);
        }
        const double norm = square_root(sum);
        *factor = norm > static_cast<double>(max_norm) ? static_cast<float>(static_cast<double>(max_norm) / norm) : -1.0f;
    }
};

struct Clip {
    float* gradient;
    const float* factor;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        if (*factor >= 0) {
            gradient[i] *= *factor;
        }
    }
};

struct SgdStep {
    float rate, momentum, decay;
    float* gradient;
    float* first;
    float* weights;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const float g = fused(decay, weights[i], gradient[i]);
        const float v = fused(momentum, first[i], g);
        gradient[i] = g;
        first[i] = v;
        weights[i] = fused(-rate, v, weights[i]);
    }
};

struct AdamStep {
    float beta1, beta2, rest1, rest2, c2, epsilon;
    float step;          ///< -(rate / c1)
    float decay;         ///< of the gradient, Adam
    float weight_decay;  ///< -(rate * decay), AdamW
    bool decays_weights;
    float* gradient;
    float* first;
    float* second;
    float* weights;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const float w = decays_weights ? fused(weight_decay, weights[i], weights[i]) : weights[i];
        const float g = decays_weights ? gradient[i] : fused(decay, w, gradient[i]);
        const float m = fused(beta1, first[i], rest1 * g);
        const float u = fused(beta2, second[i], (rest2 * g) * g);
        gradient[i] = g;
        first[i] = m;
        second[i] = u;
        weights[i] = fused(step, m / (square_root(u / c2) + epsilon), w);
    }
};

/// 1 - beta^steps, powers by repeated multiplication in double.
[[nodiscard]] inline float bias_correction(float beta, u32 steps) {
    double power = 1;
    for (u32 i = 0; i < steps; ++i) {
        power *= static_cast<double>(beta);
    }
    return static_cast<float>(1.0 - power);
}

/// Device memory of one optimiser step; `factor` is scratch.
struct OptimiserMemory {
    float* gradient;
    float* first;
    float* second;
    float* weights;
    float* factor;
    std::size_t count;
};

/// Step number `steps` (1 for the first).
template <class Grid>
void optimise(Grid& grid, const Optimiser& o, u32 steps, const OptimiserMemory& m) {
    if (o.max_norm > 0) {
        grid.elements(1, ClipFactor{m.gradient, m.count, o.max_norm, m.factor});
        grid.elements(m.count, Clip{m.gradient, m.factor});
    }
    if (o.kind == Optimiser::Kind::Sgd) {
        grid.elements(m.count, SgdStep{o.rate, o.momentum, o.decay, m.gradient, m.first, m.weights});
        return;
    }
    grid.elements(m.count, AdamStep{o.beta1, o.beta2, 1.0f - o.beta1, 1.0f - o.beta2, bias_correction(o.beta2, steps),
                                    o.epsilon, -(o.rate / bias_correction(o.beta1, steps)), o.decay, -(o.rate * o.decay),
                                    o.kind == Optimiser::Kind::AdamW, m.gradient, m.first, m.second, m.weights});
}

}  // namespace cone::kernels::cuda
