// Layer norm, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "cone_kernels/operators.hpp"
#include "fma_clones.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

void check(const Layer& layer, const In& in, const In& out, std::size_t weights, std::size_t biases) {
    require(in.samples == out.samples, "layer_norm: as many samples in as out");
    require(weights == weight_values(layer) && biases == bias_values(layer), "layer_norm: a gamma and a beta for a channel");
}

float inverse_of(Index channels) {
    return static_cast<float>(1.0 / static_cast<double>(channels));
}

struct Moments {
    float mean;
    float rstd;
};

/// Of the channels of position p of sample n.
[[gnu::always_inline]] inline Moments moments_of(const In& x, Index n, Index p) {
    const float r = inverse_of(x.channels);
    float sum = 0;
    for (Index c = 0; c < x.channels; ++c) {
        sum += x.at(n, c, p);
    }
    const float mean = sum * r;
    float squares = 0;
    for (Index c = 0; c < x.channels; ++c) {
        const float d = x.at(n, c, p) - mean;
        squares = std::fma(d, d, squares);
    }
    return {mean, 1.0f / std::sqrt(squares * r + 1e-5f)};
}

}  // namespace

CONE_FMA_CLONES void layer_norm(const Layer& layer, std::span<const float> x, std::span<const float> gamma,
                                std::span<const float> beta, std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    check(layer, in, In(y, layer.out), gamma.size(), beta.size());
    for (Index n = 0; n < in.samples; ++n) {
        for (Index p = 0; p < in.positions; ++p) {
            const Moments m = moments_of(in, n, p);
            for (Index c = 0; c < in.channels; ++c) {
                const float z = (in.at(n, c, p) - m.mean) * m.rstd;
                out.at(n, c, p) = std::fma(z, gamma[at_index(c)], beta[at_index(c)]);
            }
        }
    }
}

CONE_FMA_CLONES void layer_norm_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy,
                                         std::span<const float> gamma, std::span<float> dx, std::span<float> dgamma,
                                         std::span<float> dbeta) {
    const In in(x, layer.in);
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    check(layer, in, grad, gamma.size(), layer.out.channels);
    check(layer, In(dx, layer.in), grad, dgamma.size(), dbeta.size());
    const float r = inverse_of(in.channels);
    std::vector<Lanes> of_gamma(layer.in.channels);
    std::vector<Lanes> of_beta(layer.in.channels);
    for (Index n = 0; n < in.samples; ++n) {
        for (Index p = 0; p < in.positions; ++p) {
            const Moments m = moments_of(in, n, p);
            float chain_a = 0;
            float chain_b = 0;
            for (Index c = 0; c < in.channels; ++c) {
                const float g = grad.at(n, c, p);
                const float z = (in.at(n, c, p) - m.mean) * m.rstd;
                float& q_gamma = of_gamma[at_index(c)][lane_of(n)];
                q_gamma = std::fma(g, z, q_gamma);
                of_beta[at_index(c)][lane_of(n)] += g;
                chain_a = std::fma(gamma[at_index(c)], g, chain_a);
                chain_b = std::fma(gamma[at_index(c)] * g, z, chain_b);
            }
            const float mean_a = chain_a * r;
            const float mean_b = chain_b * r;
            for (Index c = 0; c < in.channels; ++c) {
                const float z = (in.at(n, c, p) - m.mean) * m.rstd;
                const float inner = std::fma(grad.at(n, c, p), gamma[at_index(c)], -mean_a);
                out.at(n, c, p) = std::fma(-z, mean_b, inner) * m.rstd;
            }
        }
    }
    for (std::size_t c = 0; c < layer.in.channels; ++c) {
        dgamma[c] = lanes(of_gamma[c]);
        dbeta[c] = lanes(of_beta[c]);
    }
}

}  // namespace cone::kernels::reference
