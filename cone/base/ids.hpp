// Counts and indices that must not be mixed up, as types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace cone {

/// An integer that only equals, orders and adds with its own kind.
template <class Int, class Tag>
struct Id {
    Int value{};

    constexpr Id() = default;
    constexpr explicit Id(Int v) : value(v) {}
    [[nodiscard]] constexpr Id next() const { return Id(static_cast<Int>(value + 1)); }
    auto operator<=>(const Id&) const = default;
};

/// Job number on the JobBoard contract; 0 is never a job.
using JobId = Id<std::uint64_t, struct JobIdTag>;
/// Segment of a job, from 0.
using SegmentIndex = Id<std::uint32_t, struct SegmentIndexTag>;
/// Growth step of a segment's execution set, from 0.
using AttemptIndex = Id<std::uint32_t, struct AttemptIndexTag>;
/// C-OSMD round of a job, from 0, not restarting at segments.
using RoundIndex = Id<std::uint32_t, struct RoundIndexTag>;
/// Index of a seller in the job's list (catalogue order).
using SellerIndex = Id<std::uint32_t, struct SellerIndexTag>;

/// Converts between integer types; throws std::range_error when the value does not survive.
template <class To, class From>
[[nodiscard]] constexpr To narrow(From value) {
    const auto result = static_cast<To>(value);
    if (static_cast<From>(result) != value || ((result < To{}) != (value < From{}))) {
        throw std::range_error("narrow: " + std::to_string(value) + " does not fit");
    }
    return result;
}

}  // namespace cone
