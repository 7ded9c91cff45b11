// Block fixed point, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/fixed_point.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "require.hpp"

namespace cone::kernels {
namespace {

void check(const BlockFormat& format) {
    require(format.block > 0, "block is empty");
    require(format.headroom_bits >= 0 && format.headroom_bits <= 30, "headroom_bits outside [0, 30]");
}

std::int32_t exponent_of(float largest) {
    if (largest == 0) {
        return kZeroBlock;
    }
    int exponent = 0;
    (void)std::frexp(largest, &exponent);  // largest = m * 2^exponent, m in [1/2, 1)
    return exponent;
}

/// 2^k; exponents of floats keep k well inside the range of doubles.
double power_of_two(int k) {
    require(k >= -1022 && k <= 1023, "shared exponent is not one of a float");
    return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

/// To the nearest integer, ties to even, for |x| < 2^51: the sum has no bits left for a fraction.
double round_to_integer(double x) {
    constexpr double kShift = 0x1.8p52;
    return (x + kShift) - kShift;
}

}  // namespace

Status block_exponents(std::span<const float> x, const BlockFormat& format, std::span<std::int32_t> exponents) {
    check(format);
    require(exponents.size() == format.blocks(x.size()), "block_exponents: one exponent a block");
    for (std::size_t b = 0; b < exponents.size(); ++b) {
        float largest = 0;
        const std::size_t end = std::min(x.size(), (b + 1) * format.block);
        for (std::size_t i = b * format.block; i < end; ++i) {
            if (!std::isfinite(x[i])) {
                return Status::NotFinite;
            }
            largest = std::max(largest, std::fabs(x[i]));
        }
        exponents[b] = exponent_of(largest);
    }
    return Status::Ok;
}

Status quantise(std::span<const float> x, const BlockFormat& format, std::span<const std::int32_t> shared,
                std::span<std::int32_t> mantissas) {
    check(format);
    require(shared.size() == format.blocks(x.size()) && mantissas.size() == x.size(), "quantise: sizes differ");
    for (std::size_t b = 0; b < shared.size(); ++b) {
        const bool zero_block = shared[b] == kZeroBlock;
        const double bound = zero_block ? 0.0 : power_of_two(shared[b]);
        const double factor = zero_block ? 0.0 : power_of_two(format.mantissa_bits() - shared[b]);
        const std::size_t end = std::min(x.size(), (b + 1) * format.block);
        for (std::size_t i = b * format.block; i < end; ++i) {
            const double value = x[i];
            if (!std::isfinite(value)) {
                return Status::NotFinite;
            }
            if (zero_block ? value != 0 : std::fabs(value) >= bound) {
                return Status::ExceedsBlock;
            }
            mantissas[i] = static_cast<std::int32_t>(round_to_integer(value * factor));
        }
    }
    return Status::Ok;
}

void accumulate(std::span<const std::int32_t> mantissas, std::uint32_t times, std::span<std::int64_t> sums) {
    require(mantissas.size() == sums.size(), "accumulate: sizes differ");
    for (std::size_t i = 0; i < sums.size(); ++i) {
        sums[i] += std::int64_t{times} * mantissas[i];
    }
}

Status dequantise_add(std::span<float> w, std::span<const std::int64_t> sums, const BlockFormat& format,
                      std::span<const std::int32_t> shared, std::uint64_t divisor) {
    check(format);
    require(divisor > 0, "dequantise_add: divisor is 0");
    require(sums.size() == w.size() && shared.size() == format.blocks(w.size()), "dequantise_add: sizes differ");
    for (std::size_t b = 0; b < shared.size(); ++b) {
        if (shared[b] == kZeroBlock) {
            continue;
        }
        const double quantum = power_of_two(shared[b] - format.mantissa_bits());
        const std::size_t end = std::min(w.size(), (b + 1) * format.block);
        for (std::size_t i = b * format.block; i < end; ++i) {
            const double mean = static_cast<double>(sums[i]) * quantum / static_cast<double>(divisor);
            w[i] = static_cast<float>(static_cast<double>(w[i]) + mean);
            if (!std::isfinite(w[i])) {
                return Status::NotFinite;
            }
        }
    }
    return Status::Ok;
}

}  // namespace cone::kernels
