// Division by a number that is known before the launch: one multiplication and one shift.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>

#include "block.hpp"

namespace cone::kernels::cuda {

/// n / divisor for n < 2^31 and 1 <= divisor < 2^31: with l = ceil(log2 divisor), floor(n m / 2^(31 + l)) for
/// m = floor(2^(31 + l) / divisor) + 1 (Granlund, Montgomery: "Division by invariant integers using multiplication", 1994).
struct Divider {
    u32 divisor = 1;
    u32 multiplier = (1u << 31) + 1;
    u32 shift = 31;

    Divider() = default;
    explicit Divider(u32 by)
        : divisor(by),
          multiplier(static_cast<u32>((u64{1} << (31 + static_cast<u32>(std::bit_width(by - 1)))) / by + 1)),
          shift(31 + static_cast<u32>(std::bit_width(by - 1))) {}

    [[nodiscard]] CONE_HOST_DEVICE u32 quotient(u32 n) const { return static_cast<u32>((u64{n} * multiplier) >> shift); }
};

/// Index (outer, inner) of a flat one.
struct Pair {
    u32 outer;
    u32 inner;
};

[[nodiscard]] CONE_HOST_DEVICE inline Pair split(u32 flat, const Divider& inner_size) {
    const u32 outer = inner_size.quotient(flat);
    return {outer, flat - outer * inner_size.divisor};
}

}  // namespace cone::kernels::cuda
