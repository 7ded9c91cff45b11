// Exact sums of float vectors: block fixed point. Integers add the same in any order, on any number of ranks.
// SPDX-License-Identifier: Apache-2.0
//
//   x (float)  --block_exponents-->  e per block   --max over sellers and ranks-->  shared e
//   x, e       --quantise-->         int32 q       --accumulate: sum += times * q (int64), summed over ranks-->  sum
//   w, sum, e  --dequantise_add-->   w + sum * 2^(e - bits) / divisor
//
// With bits = 31 - headroom and total weight W = sum of times, the error of the sum is at most W/2 * 2^(e - bits), where
// 2^e <= 2 * (largest magnitude in the block over all sellers): one half of the last mantissa bit a term, however large W.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "cone_kernels/status.hpp"

namespace cone::kernels {

/// Exponent of a block that holds only zeros: below every other, so a maximum over sellers ignores it.
inline constexpr std::int32_t kZeroBlock = std::numeric_limits<std::int32_t>::min();

/// How floats become integers; part of the execution profile, the same for everyone who adds.
struct BlockFormat {
    std::size_t block = 1024;  ///< values that share an exponent, > 0
    int headroom_bits = 0;     ///< mantissas use 31 - headroom_bits bits; 0 unless sums must fit int32; in [0, 30]

    [[nodiscard]] int mantissa_bits() const { return 31 - headroom_bits; }
    /// Number of exponents for `values` values; the last block may be short.
    [[nodiscard]] std::size_t blocks(std::size_t values) const { return (values + block - 1) / block; }
};

/// Writes for each block the smallest e with |x| < 2^e for all its values, or kZeroBlock.
/// `exponents` holds format.blocks(x.size()). NotFinite when x holds NaN or infinity.
[[nodiscard]] Status block_exponents(std::span<const float> x, const BlockFormat& format, std::span<std::int32_t> exponents);

/// Mantissas q = x * 2^(bits - e), rounded to nearest, ties to even; |q| <= 2^bits, and always fits int32.
/// `shared` is the element-wise maximum of all sellers' exponents; ExceedsBlock when x was not part of it.
[[nodiscard]] Status quantise(std::span<const float> x, const BlockFormat& format, std::span<const std::int32_t> shared,
                              std::span<std::int32_t> mantissas);

/// sums += times * mantissas. Exact while the times of all sellers add up to less than 2^32.
void accumulate(std::span<const std::int32_t> mantissas, std::uint32_t times, std::span<std::int64_t> sums);

/// w <- float(double(w) + double(sum) * 2^(e - bits) / double(divisor)), in exactly this order: the scaling is exact, the
/// division, the addition and the conversion round once each; double(sum) rounds only above 2^53 (total times > 2^22).
/// Blocks of kZeroBlock leave w as it is, bit for bit. NotFinite when a result overflows float. divisor > 0.
[[nodiscard]] Status dequantise_add(std::span<float> w, std::span<const std::int64_t> sums, const BlockFormat& format,
                                    std::span<const std::int32_t> shared, std::uint64_t divisor);

}  // namespace cone::kernels
