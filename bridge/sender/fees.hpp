// What a transaction offers to pay (EIP-1559), and what its replacement must offer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "bridge/eth/u256.hpp"

namespace cone::sender {

using eth::U256;

/// Wei a gas unit.
struct Fees {
    U256 tip;  ///< max_priority_fee
    U256 cap;  ///< max_fee, base fee included
    bool operator==(const Fees&) const = default;
};

/// cap = 2 * base + tip: survives six full blocks in a row. Both at most `ceiling`.
[[nodiscard]] Fees quote(const U256& base_fee, const U256& tip, const U256& ceiling);

/// At least 12.5 % (rounded up, at least 1 wei) above `old` in both fields, and not below `market`. Nothing when that would
/// exceed `ceiling`. Nodes ask for 10 %; 12.5 % also satisfies those that round.
[[nodiscard]] std::optional<Fees> replacement(const Fees& old, const Fees& market, const U256& ceiling);

}  // namespace cone::sender
