// Optimiser steps, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/optimiser.hpp"

#include <cmath>

#include "cone_kernels/vector.hpp"
#include "fma_clones.hpp"
#include "require.hpp"

namespace cone::kernels::reference {
namespace {

void clip(float max_norm, std::span<float> gradient) {
    const double norm = std::sqrt(squared_norm(gradient));
    if (!(norm > static_cast<double>(max_norm))) {
        return;
    }
    const auto factor = static_cast<float>(static_cast<double>(max_norm) / norm);
    for (float& g : gradient) {
        g *= factor;
    }
}

CONE_FMA_CLONES void decay_gradient(float decay, std::span<const float> weights, std::span<float> gradient) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
        gradient[i] = std::fma(decay, weights[i], gradient[i]);
    }
}

CONE_FMA_CLONES void decay_weights(float rate, float decay, std::span<float> weights) {
    const float factor = -(rate * decay);
    for (float& w : weights) {
        w = std::fma(factor, w, w);
    }
}

CONE_FMA_CLONES void sgd(const Optimiser& o, std::span<const float> gradient, std::span<float> v, std::span<float> weights) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
        v[i] = std::fma(o.momentum, v[i], gradient[i]);
        weights[i] = std::fma(-o.rate, v[i], weights[i]);
    }
}

/// 1 - beta^step.
float bias_correction(float beta, std::uint32_t step) {
    double power = 1;
    for (std::uint32_t i = 0; i < step; ++i) {
        power *= static_cast<double>(beta);
    }
    return static_cast<float>(1.0 - power);
}

CONE_FMA_CLONES void adam(const Optimiser& o, std::uint32_t step, std::span<const float> gradient, std::span<float> m,
                          std::span<float> u, std::span<float> weights) {
    const float c1 = bias_correction(o.beta1, step);
    const float c2 = bias_correction(o.beta2, step);
    const float rest1 = 1.0f - o.beta1;
    const float rest2 = 1.0f - o.beta2;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float g = gradient[i];
        m[i] = std::fma(o.beta1, m[i], rest1 * g);
        u[i] = std::fma(o.beta2, u[i], (rest2 * g) * g);
        weights[i] = std::fma(-(o.rate / c1), m[i] / (std::sqrt(u[i] / c2) + o.epsilon), weights[i]);
    }
}

}  // namespace

void optimise(const Optimiser& optimiser, std::span<float> gradient, OptimiserState& state, std::span<float> weights) {
    const bool is_sgd = optimiser.kind == Optimiser::Kind::Sgd;
    require(gradient.size() == weights.size() && state.first.size() == weights.size() &&
                (is_sgd || state.second.size() == weights.size()),
            "optimise: a gradient and a state for every weight");
    ++state.steps;
    if (optimiser.max_norm > 0) {
        clip(optimiser.max_norm, gradient);
    }
    if (optimiser.kind == Optimiser::Kind::AdamW) {
        decay_weights(optimiser.rate, optimiser.decay, weights);
    } else {
        decay_gradient(optimiser.decay, weights, gradient);
    }
    if (is_sgd) {
        sgd(optimiser, gradient, state.first, weights);
    } else {
        adam(optimiser, state.steps, gradient, state.first, state.second, weights);
    }
}

}  // namespace cone::kernels::reference
