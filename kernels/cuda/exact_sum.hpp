// Exact sums in block fixed point on a grid (cone_kernels/fixed_point.hpp): integers, so no order matters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>

#include "block.hpp"
#include "cone_kernels/fixed_point.hpp"

namespace cone::kernels::cuda {

/// What went wrong first: 2 * index + (0 for NotFinite, 1 for ExceedsBlock), smallest wins; all bits set when nothing did.
using FirstProblem = unsigned long long;
inline constexpr FirstProblem kNoProblem = ~FirstProblem{0};

CONE_HOST_DEVICE inline void report(FirstProblem* first, std::size_t index, Status status) {
    const FirstProblem problem = 2 * FirstProblem{index} + (status == Status::ExceedsBlock ? 1 : 0);
#if defined(__CUDA_ARCH__)
    atomicMin(first, problem);
#else
    *first = std::min(*first, problem);
#endif
}

[[nodiscard]] inline Status status_of(FirstProblem first) {
    return first == kNoProblem ? Status::Ok : first % 2 == 0 ? Status::NotFinite : Status::ExceedsBlock;
}

/// 2^k, k in [-1022, 1023].
[[nodiscard]] CONE_HOST_DEVICE inline double two_to(int k) {
    return std::bit_cast<double>(static_cast<u64>(k + 1023) << 52);
}

/// One block of 256 threads a block of values: each thread the largest magnitude of every 256th, then one over all.
struct BlockExponents {
    static constexpr u32 kThreads = 256;
    struct Shared {
        u32 largest[kThreads];
    };
    struct Thread {};

    const float* x;
    std::size_t count;
    std::size_t size;  ///< of a block
    std::int32_t* exponents;
    FirstProblem* problem;

    template <class Block>
    CONE_HOST_DEVICE void operator()(Block& block) const {
        const std::size_t first = std::size_t{block.x()} * size;
        const std::size_t end = first + size < count ? first + size : count;
        Shared& shared = block.shared();
        block.each([&](u32 t, Thread&) {
            u32 largest = 0;
            for (std::size_t i = first + t; i < end; i += kThreads) {
                const u32 magnitude = std::bit_cast<u32>(x[i]) & 0x7fffffffu;  // ordered as the values are
                if (magnitude >= 0x7f800000u) {
                    report(problem, i, Status::NotFinite);
                }
                largest = magnitude > largest ? magnitude : largest;
            }
            shared.largest[t] = largest;
        });
        block.each([&](u32 t, Thread&) {
            if (t == 0) {
                u32 largest = 0;
                for (const u32 magnitude : shared.largest) {
                    largest = magnitude > largest ? magnitude : largest;
                }
                exponents[block.x()] = exponent_of(largest);
            }
        });
    }

    /// Smallest e with x < 2^e, of x as bits; kZeroBlock for 0.
    [[nodiscard]] CONE_HOST_DEVICE static std::int32_t exponent_of(u32 bits) {
        if (bits == 0) {
            return kZeroBlock;
        }
        const u32 field = bits >> 23;
        if (field > 0) {
            return static_cast<std::int32_t>(field) - 126;
        }
        std::int32_t exponent = -149;  // subnormal: bits * 2^-149
        for (u32 left = bits; left > 0; left >>= 1) {
            ++exponent;
        }
        return exponent;
    }
};

/// One thread a value.
struct Quantise {
    const float* x;
    const std::int32_t* shared;
    std::size_t block;
    int mantissa_bits;
    std::int32_t* mantissas;
    FirstProblem* problem;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::int32_t e = shared[i / block];
        const double value = x[i];
        const double magnitude = value < 0 ? -value : value;
        if (!finite(value)) {
            return report(problem, i, Status::NotFinite);
        }
        if (e == kZeroBlock ? value != 0 : magnitude >= two_to(e)) {
            return report(problem, i, Status::ExceedsBlock);
        }
        constexpr double kShift = 0x1.8p52;
        const double scaled = e == kZeroBlock ? 0.0 : value * two_to(mantissa_bits - e);
        mantissas[i] = static_cast<std::int32_t>((scaled + kShift) - kShift);
    }
};

/// sums += times * mantissas; one thread a value.
struct Accumulate {
    const std::int32_t* mantissas;
    std::int64_t times;
    std::int64_t* sums;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { sums[i] += times * mantissas[i]; }
};

/// One thread a value.
struct DequantiseAdd {
    float* w;
    const std::int64_t* sums;
    const std::int32_t* shared;
    std::size_t block;
    int mantissa_bits;
    double divisor;
    FirstProblem* problem;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::int32_t e = shared[i / block];
        if (e == kZeroBlock) {
            return;
        }
        const double mean = static_cast<double>(sums[i]) * two_to(e - mantissa_bits) / divisor;
        w[i] = static_cast<float>(static_cast<double>(w[i]) + mean);
        if (!finite(w[i])) {
            report(problem, i, Status::NotFinite);
        }
    }
};

template <class Grid>
void block_exponents(Grid& grid, const float* x, std::size_t count, const BlockFormat& format, std::int32_t* exponents,
                     FirstProblem* problem) {
    grid.blocks(Extent{static_cast<u32>(format.blocks(count))}, BlockExponents{x, count, format.block, exponents, problem});
}

template <class Grid>
void quantise(Grid& grid, const float* x, std::size_t count, const BlockFormat& format, const std::int32_t* shared,
              std::int32_t* mantissas, FirstProblem* problem) {
    grid.elements(count, Quantise{x, shared, format.block, format.mantissa_bits(), mantissas, problem});
}

template <class Grid>
void dequantise_add(Grid& grid, float* w, const std::int64_t* sums, std::size_t count, const BlockFormat& format,
                    const std::int32_t* shared, std::uint64_t divisor, FirstProblem* problem) {
    grid.elements(count,
                  DequantiseAdd{w, sums, shared, format.block, format.mantissa_bits(), static_cast<double>(divisor), problem});
}

}  // namespace cone::kernels::cuda
