// Optimiser steps, one order of binary32 operations each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace cone::kernels {

/// What a step does with gradient g, weight w and the state (v, or m and u; all start at +0). c is the clipping factor.
///
///   Clip    norm = sqrt(squared_norm(g)) in double (vector.hpp); c = norm > max_norm ? float(max_norm / norm) : none;
///           g <- g * c. max_norm 0: no clipping.
///   Sgd     g <- fma(decay, w, g);  v <- fma(momentum, v, g);  w <- fma(-rate, v, w)
///   Adam    g <- fma(decay, w, g);  m <- fma(beta1, m, (1 - beta1) * g);  u <- fma(beta2, u, ((1 - beta2) * g) * g)
///           w <- fma(-(rate / c1), m / (sqrt(u / c2) + epsilon), w)
///           c1 = 1 - beta1^t, c2 = 1 - beta2^t for step t = 1, 2, ...: powers by repeated multiplication in double, the
///           difference in double, rounded to float once. 1 - beta1, 1 - beta2 in float.
///   AdamW   as Adam without its first step (decay of g), and before the rest w <- fma(-(rate * decay), w, w)
///
/// Constants of every job: beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, each the nearest float. The others come from its spec,
/// rounded to float. The chain of the norm runs over all values of the network in their order.
///
/// Every step is done also where a factor is 0: fma(+0, w, g) turns g = -0 into +0 when w > 0.
struct Optimiser {
    enum class Kind : std::uint8_t { Sgd, Adam, AdamW };
    Kind kind = Kind::Sgd;
    float rate = 0;
    float momentum = 0;
    float decay = 0;
    float beta1 = 0.9f;
    float beta2 = 0.999f;
    float epsilon = 1e-8f;
    float max_norm = 0;
};

/// State of the values: `first` is v or m, `second` u (empty for Sgd), `steps` the steps done.
struct OptimiserState {
    std::span<float> first;
    std::span<float> second;
    std::uint32_t steps = 0;
};

namespace reference {
/// One step over all values; counts state.steps up. The gradient is changed by clipping and decay.
void optimise(const Optimiser& optimiser, std::span<float> gradient, OptimiserState& state, std::span<float> weights);
}  // namespace reference

}  // namespace cone::kernels
