// exp and log as inline functions, so that loops over them are compiled as one piece.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "host_device.hpp"

namespace cone::kernels {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kCanonicalNan = std::bit_cast<double>(std::uint64_t{0x7ff8000000000000});

// ln 2 in two parts; the high one ends in 21 zero bits, so k * kLn2High is exact for |k| < 2^21.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

/// 2^k for k in [-1022, 1023].
CONE_HOST_DEVICE CONE_ALWAYS_INLINE double power_of_two(int k) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

/// e^r for |r| <= 0.35: Taylor to r^13. What is left out is below 6e-18, a twentieth of an ulp.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE double exp_reduced(double r) {
    constexpr double kInverseFactorials[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                             1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                             1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        1.0 / 2.0};
    double sum = kInverseFactorials[0];
    for (int i = 1; i < 12; ++i) {
        sum = fused(sum, r, kInverseFactorials[i]);
    }
    return 1.0 + fused(r * r, sum, r);
}

/// exp(x) = 2^k * exp(r), k = round(x / ln 2), r = x - k ln 2 in two steps. 2^k is applied in two halves, so that neither
/// leaves the range of doubles and subnormal results round once.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE double exp_inline(double x) {
    constexpr double kInverseLn2 = 0x1.71547652b82fep+0;
    constexpr double kRoundShift = 0x1.8p52;  // adding and subtracting it rounds to an integer, ties to even
    if (x != x) {
        return kCanonicalNan;
    }
    if (x > 710.0) {
        return kInfinity;
    }
    if (x < -746.0) {
        return 0.0;
    }
    const double k = fused(x, kInverseLn2, kRoundShift) - kRoundShift;
    const double r = fused(-k, kLn2Low, fused(-k, kLn2High, x));
    const int half = static_cast<int>(k) / 2;
    return exp_reduced(r) * power_of_two(half) * power_of_two(static_cast<int>(k) - half);
}

/// x = 2^exponent * mantissa with mantissa in [sqrt(1/2), sqrt(2)); x positive and finite.
struct Split {
    double mantissa;
    double exponent;
};

CONE_HOST_DEVICE CONE_ALWAYS_INLINE Split split_at_sqrt_half(double x) {
    constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
    const bool subnormal = x < 0x1.0p-1022;
    const auto bits = std::bit_cast<std::uint64_t>(subnormal ? x * 0x1.0p54 : x);
    const auto exponent = static_cast<std::int64_t>(bits - kSqrtHalf) >> 52;
    const double mantissa = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(exponent) << 52));
    return {mantissa, static_cast<double>(exponent) - (subnormal ? 54.0 : 0.0)};
}

/// log(x) = k ln 2 + log(1 + f). With s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R), where
/// R = 2/3 s^2 + 2/5 s^4 + ... + 2/21 s^20. f is exact, so the leading term carries no error; the same arrangement as in
/// W. Kahan's and fdlibm's logarithm, with a Taylor tail below 1e-18 instead of a fitted one.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE double log_inline(double x) {
    if (x != x || x < 0) {
        return kCanonicalNan;
    }
    if (x == 0) {
        return -kInfinity;
    }
    if (x == kInfinity) {
        return kInfinity;
    }
    const Split split = split_at_sqrt_half(x);
    const double f = split.mantissa - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    constexpr double kOdd[] = {2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3};
    double tail = kOdd[0];
    for (int i = 1; i < 10; ++i) {
        tail = fused(tail, z, kOdd[i]);
    }
    tail *= z;
    const double half_square = 0.5 * f * f;
    const double low = fused(s, half_square + tail, split.exponent * kLn2Low);
    return fused(split.exponent, kLn2High, f - (half_square - low));
}

}  // namespace cone::kernels
