// Eight floats, one a sample: the only place that knows instruction sets. Compiled once for each of them.
// SPDX-License-Identifier: Apache-2.0
//
// The including file is built with CONE_CPU_ISA = portable, avx2 or avx512 and the compiler's flags for it. Everything here and
// in the operators is in that namespace, so that the linker cannot mix the versions up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "cone_kernels/float_environment.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define CONE_INLINE [[gnu::always_inline]] inline

namespace cone::kernels::cpu::CONE_CPU_ISA {

using Vec = float __attribute__((vector_size(32), may_alias));
using Mask = std::int32_t __attribute__((vector_size(32), may_alias));
/// A vector anywhere: clang drops `aligned(4)` of an alias, but packs.
struct [[gnu::packed, gnu::may_alias]] LooseVec {
    Vec vec;
};

/// Accumulators of a tile: what the registers hold beside the factors.
#if defined(__AVX512VL__)
inline constexpr std::size_t kAccumulators = 24;
#else
inline constexpr std::size_t kAccumulators = 12;
#endif

CONE_INLINE Vec load(const float* p) {
    return reinterpret_cast<const LooseVec*>(p)->vec;
}
CONE_INLINE void store(float* p, Vec v) {
    reinterpret_cast<LooseVec*>(p)->vec = v;
}
CONE_INLINE Mask load_mask(const float* p) {
    return reinterpret_cast<Mask>(load(p));
}
CONE_INLINE void store_mask(float* p, Mask v) {
    store(p, reinterpret_cast<Vec>(v));
}
CONE_INLINE Vec zero() {
    return Vec{};
}
CONE_INLINE Vec all(float v) {
    return Vec{v, v, v, v, v, v, v, v};
}
CONE_INLINE Mask all(std::int32_t v) {
    return Mask{v, v, v, v, v, v, v, v};
}
CONE_INLINE Vec where(Mask mask, Vec v) {
    return reinterpret_cast<Vec>(mask & reinterpret_cast<Mask>(v));
}

CONE_INLINE bool any(Mask mask) {
#if defined(__AVX2__)
    return _mm256_testz_si256(reinterpret_cast<__m256i>(mask), reinterpret_cast<__m256i>(mask)) == 0;
#else
    std::int32_t bits = 0;
    for (int i = 0; i < 8; ++i) {
        bits |= mask[i];
    }
    return bits != 0;
#endif
}

/// x * y + a, rounded once.
CONE_INLINE Vec fma(Vec x, Vec y, Vec a) {
#if defined(__AVX2__)
    return _mm256_fmadd_ps(x, y, a);
#else
    Vec result{};
    for (int i = 0; i < 8; ++i) {
        result[i] = __builtin_fmaf(x[i], y[i], a[i]);
    }
    return result;
#endif
}

/// a > b ? a : b; b when one is NaN or both are zeros.
CONE_INLINE Vec greater(Vec a, Vec b) {
#if defined(__AVX2__)
    return _mm256_max_ps(a, b);
#else
    const Mask mask = a > b;
    return reinterpret_cast<Vec>((mask & reinterpret_cast<Mask>(a)) | (~mask & reinterpret_cast<Mask>(b)));
#endif
}

CONE_INLINE Vec relu(Vec x) {
    return greater(x, zero());
}

/// The tree over the 8 lanes.
CONE_INLINE float sum_of_lanes(Vec q) {
    const float q0 = q[0] + q[4];
    const float q1 = q[1] + q[5];
    const float q2 = q[2] + q[6];
    const float q3 = q[3] + q[7];
    return (q0 + q2) + (q1 + q3);
}

/// Lane i: sum_of_lanes(q[i]).
CONE_INLINE Vec sums_of_lanes(const Vec (&q)[8]) {
    const auto fours = [](Vec a, Vec b) __attribute__((always_inline)) {  // q0 .. q3 of both
        return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
               __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    };
    const auto twos = [](Vec a, Vec b) __attribute__((always_inline)) {  // q0 + q2 and q1 + q3 of four
        return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
               __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    };
    const Vec a = twos(fours(q[0], q[4]), fours(q[1], q[5]));
    const Vec b = twos(fours(q[2], q[6]), fours(q[3], q[7]));
    return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) + __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

/// f(0), ..., f(N - 1) with constants, so that arrays indexed by them stay in registers.
template <std::size_t N, class F>
CONE_INLINE void unroll(F f) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (f(std::integral_constant<std::size_t, I>{}), ...);
    }
    (std::make_index_sequence<N>{});
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
