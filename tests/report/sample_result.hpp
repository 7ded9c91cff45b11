// A run like the demo's, made up for tests and for looking at the page: 12 sellers, 4 corrupted, 6 executors, one lie.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/report/result.hpp"

namespace cone::report::sample {

inline constexpr std::uint32_t kSellers = 12;
inline constexpr std::uint32_t kHonestSellers = 8;
inline constexpr std::uint32_t kExecutors = 6;
inline constexpr std::uint32_t kLiar = 4;  ///< number of the executor that votes for a wrong digest in segment 1

/// A hash, or an address, that only depends on its arguments.
[[nodiscard]] Hash32 hash_of(std::uint32_t kind, std::uint32_t index);
[[nodiscard]] Address address_of(std::uint32_t kind, std::uint32_t index);

/// Settled, 97.6 % accurate; the set of segment 1 doubled from 3 to 6; every wei of the escrow is paid to somebody.
[[nodiscard]] RunResult demo_result();

/// A job nobody could agree on: no rounds, no sellers paid, the escrow back at the buyer.
[[nodiscard]] RunResult void_result();

/// A run whose names try to break out of the page: script ends, markup, line separators.
[[nodiscard]] RunResult hostile_result();

}  // namespace cone::report::sample
