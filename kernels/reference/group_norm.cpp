// Group norm, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "cone_kernels/operators.hpp"
#include "fma_clones.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

void check(const Layer& layer, const In& in, const In& out, std::size_t weights, std::size_t biases) {
    require(in.samples == out.samples, "group_norm: as many samples in as out");
    require(weights == weight_values(layer) && biases == bias_values(layer), "group_norm: a gamma and a beta for a channel");
}

/// The channels of one group of one sample.
struct Group {
    Index n;
    Index begin;
    Index end;
    float inverse_size;
};

Group group_of(const Layer& layer, const In& in, Index n, Index g) {
    const Index channels = in.channels / static_cast<Index>(layer.groups);
    return {n, g * channels, (g + 1) * channels, static_cast<float>(1.0 / static_cast<double>(channels * in.positions))};
}

struct Moments {
    float mean;
    float rstd;
};

[[gnu::always_inline]] inline Moments moments_of(const In& x, const Group& group) {
    float sum = 0;
    for (Index c = group.begin; c < group.end; ++c) {
        float channel = 0;
        for (Index p = 0; p < x.positions; ++p) {
            channel += x.at(group.n, c, p);
        }
        sum += channel;
    }
    const float mean = sum * group.inverse_size;
    float squares = 0;
    for (Index c = group.begin; c < group.end; ++c) {
        float channel = 0;
        for (Index p = 0; p < x.positions; ++p) {
            const float d = x.at(group.n, c, p) - mean;
            channel = std::fma(d, d, channel);
        }
        squares += channel;
    }
    return {mean, 1.0f / std::sqrt(squares * group.inverse_size + 1e-5f)};
}

/// a and b of one channel.
struct ChannelSums {
    float a;
    float b;
};

[[gnu::always_inline]] inline ChannelSums sums_of(const In& x, const In& dy, const Moments& m, Index n, Index c) {
    ChannelSums sums{};
    for (Index p = 0; p < x.positions; ++p) {
        const float z = (x.at(n, c, p) - m.mean) * m.rstd;
        sums.a += dy.at(n, c, p);
        sums.b = std::fma(dy.at(n, c, p), z, sums.b);
    }
    return sums;
}

}  // namespace

CONE_FMA_CLONES void group_norm(const Layer& layer, std::span<const float> x, std::span<const float> gamma,
                                std::span<const float> beta, std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    check(layer, in, In(y, layer.out), gamma.size(), beta.size());
    for (Index n = 0; n < in.samples; ++n) {
        for (Index g = 0; g < static_cast<Index>(layer.groups); ++g) {
            const Group group = group_of(layer, in, n, g);
            const Moments m = moments_of(in, group);
            for (Index c = group.begin; c < group.end; ++c) {
                for (Index p = 0; p < in.positions; ++p) {
                    const float z = (in.at(n, c, p) - m.mean) * m.rstd;
                    out.at(n, c, p) = std::fma(z, gamma[at_index(c)], beta[at_index(c)]);
                }
            }
        }
    }
}

CONE_FMA_CLONES void group_norm_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy,
                                         std::span<const float> gamma, std::span<float> dx, std::span<float> dgamma,
                                         std::span<float> dbeta) {
    const In in(x, layer.in);
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    check(layer, in, grad, gamma.size(), layer.out.channels);
    check(layer, In(dx, layer.in), grad, dgamma.size(), dbeta.size());
    std::vector<Lanes> of_gamma(layer.in.channels);
    std::vector<Lanes> of_beta(layer.in.channels);
    for (Index n = 0; n < in.samples; ++n) {
        for (Index g = 0; g < static_cast<Index>(layer.groups); ++g) {
            const Group group = group_of(layer, in, n, g);
            const Moments m = moments_of(in, group);
            float chain_a = 0;
            float chain_b = 0;
            for (Index c = group.begin; c < group.end; ++c) {
                const ChannelSums sums = sums_of(in, grad, m, n, c);
                of_beta[at_index(c)][lane_of(n)] += sums.a;
                of_gamma[at_index(c)][lane_of(n)] += sums.b;
                chain_a = std::fma(gamma[at_index(c)], sums.a, chain_a);
                chain_b = std::fma(gamma[at_index(c)], sums.b, chain_b);
            }
            const float mean_a = chain_a * group.inverse_size;
            const float mean_b = chain_b * group.inverse_size;
            for (Index c = group.begin; c < group.end; ++c) {
                for (Index p = 0; p < in.positions; ++p) {
                    const float z = (in.at(n, c, p) - m.mean) * m.rstd;
                    const float inner = std::fma(grad.at(n, c, p), gamma[at_index(c)], -mean_a);
                    out.at(n, c, p) = std::fma(-z, mean_b, inner) * m.rstd;
                }
            }
        }
    }
    for (std::size_t c = 0; c < layer.in.channels; ++c) {
        dgamma[c] = lanes(of_gamma[c]);
        dbeta[c] = lanes(of_beta[c]);
    }
}

}  // namespace cone::kernels::reference
