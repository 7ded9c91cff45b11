// Optimiser steps: one pass over gradient, state and weights.
// SPDX-License-Identifier: Apache-2.0
#include "optimise.hpp"

#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

/// Stays +0 or -0 while only finite values were seen: 0 * infinity is NaN, and NaN stays.
CONE_INLINE Vec watch(Vec seen, Vec v) {
    return fma(v, zero(), seen);
}

bool is_finite(Vec seen) {
    return !any(seen != zero());
}

CONE_INLINE Vec root(Vec v) {
#if defined(__AVX2__)
    return _mm256_sqrt_ps(v);
#else
    Vec result{};
    for (int l = 0; l < 8; ++l) {
        result[l] = __builtin_sqrtf(v[l]);
    }
    return result;
#endif
}

/// Eight values at `i` of each array, or the last few of them with 0 behind.
struct Eight {
    Vec gradient;
    Vec weights;
    Vec first;
    Vec second;
};

CONE_INLINE void clip(const OptimiserStep& step, Eight& v) {
    if (step.clips) {
        v.gradient = v.gradient * all(step.clip);
    }
}

CONE_INLINE void sgd(const OptimiserStep& step, Eight& v) {
    v.gradient = fma(all(step.optimiser.decay), v.weights, v.gradient);
    v.first = fma(all(step.optimiser.momentum), v.first, v.gradient);
    v.weights = fma(all(-step.optimiser.rate), v.first, v.weights);
}

CONE_INLINE void adam(const OptimiserStep& step, Eight& v) {
    const Optimiser& o = step.optimiser;
    if (o.kind == Optimiser::Kind::AdamW) {
        v.weights = fma(all(-(o.rate * o.decay)), v.weights, v.weights);
    } else {
        v.gradient = fma(all(o.decay), v.weights, v.gradient);
    }
    v.first = fma(all(o.beta1), v.first, all(1.0f - o.beta1) * v.gradient);
    v.second = fma(all(o.beta2), v.second, (all(1.0f - o.beta2) * v.gradient) * v.gradient);
    const Vec slope = v.first / (root(v.second / all(step.c2)) + all(o.epsilon));
    v.weights = fma(all(-(o.rate / step.c1)), slope, v.weights);
}

template <bool Adam>
CONE_INLINE void move(const OptimiserStep& step, Eight& v) {
    clip(step, v);
    if constexpr (Adam) {
        adam(step, v);
    } else {
        sgd(step, v);
    }
}

CONE_INLINE Vec load_some(const float* p, std::size_t count) {
    Vec v{};
    for (std::size_t l = 0; l < count; ++l) {
        v[l] = p[l];
    }
    return v;
}

CONE_INLINE void store_some(float* p, Vec v, std::size_t count) {
    for (std::size_t l = 0; l < count; ++l) {
        p[l] = v[l];
    }
}

template <bool Adam>
bool move_all(const OptimiserStep& step, Range values) {
    Vec seen{};
    std::size_t i = values.begin;
    for (; i + kLanes <= values.end; i += kLanes) {
        Eight v{load(step.gradient + i), load(step.weights + i), load(step.first + i), Adam ? load(step.second + i) : zero()};
        move<Adam>(step, v);
        store(step.weights + i, v.weights);
        store(step.first + i, v.first);
        if (Adam) {
            store(step.second + i, v.second);
        }
        seen = watch(seen, v.weights);
    }
    const std::size_t rest = values.end - i;
    Eight v{load_some(step.gradient + i, rest), load_some(step.weights + i, rest), load_some(step.first + i, rest),
            Adam ? load_some(step.second + i, rest) : zero()};
    move<Adam>(step, v);
    store_some(step.weights + i, v.weights, rest);
    store_some(step.first + i, v.first, rest);
    if (Adam) {
        store_some(step.second + i, v.second, rest);
    }
    return is_finite(seen) && finite(step.weights + i, rest);
}

}  // namespace

bool finite(const float* values, std::size_t count) {
    constexpr std::size_t kChains = 4;  // as many as hide the latency
    Vec seen[kChains] = {};
    std::size_t i = 0;
    for (; i + kChains * kLanes <= count; i += kChains * kLanes) {
        unroll<kChains>([&](auto k) { seen[k] = watch(seen[k], load(values + i + k * kLanes)); });
    }
    for (; i + kLanes <= count; i += kLanes) {
        seen[0] = watch(seen[0], load(values + i));
    }
    seen[0] = watch(seen[0], load_some(values + i, count - i));
    return is_finite((seen[0] + seen[1]) + (seen[2] + seen[3]));
}

bool optimise(const OptimiserStep& step, Range values) {
    return step.optimiser.kind == Optimiser::Kind::Sgd ? move_all<false>(step, values) : move_all<true>(step, values);
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
