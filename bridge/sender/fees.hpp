// What a transaction offers to pay (EIP-1559), what its replacement must offer, and how far each class may go.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/eth/u256.hpp"
#include "cone/base/clock.hpp"

namespace cone::sender {

using eth::U256;

inline constexpr std::uint64_t kGwei = 1'000'000'000;

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

/// From what has a deadline to what can wait: votes, proofs and challenges; a job's progress; payments.
enum class FeeClass : std::uint8_t { Dispute, Commit, Payout };
[[nodiscard]] std::string_view to_string(FeeClass fee_class);

struct ClassPolicy {
    Millis replace_after;  ///< unmined for so long: offer more
    U256 max_fee;          ///< most wei a gas unit
    U256 most;             ///< most wei a transaction: gas limit times offer
    U256 most_a_day;       ///< most wei that the class may pay in any 24 hours of the chain's time
};

struct FeePolicy {
    ClassPolicy dispute{Millis(24'000), U256(500) * kGwei, U256(1'000'000'000) * kGwei, U256(5'000'000'000) * kGwei};
    ClassPolicy commit{Millis(24'000), U256(500) * kGwei, U256(1'000'000'000) * kGwei, U256(5'000'000'000) * kGwei};
    ClassPolicy payout{Millis(300'000), U256(100) * kGwei, U256(500'000'000) * kGwei, U256(1'000'000'000) * kGwei};
    std::uint32_t hard_factor = 4;  ///< times `max_fee` and `most`, for an urgent dispute; never the day's budget
    U256 least_tip = kGwei;         ///< also when the node suggests nothing
    /// Nor more than this, whatever it suggests; replacements, which must raise the tip, go up to four times this.
    U256 most_tip = U256(20) * kGwei;

    [[nodiscard]] const ClassPolicy& of(FeeClass fee_class) const;
};

/// The blocks in which a transaction is of use, from the one in which it was asked for. `until` 0: it has no deadline.
struct Term {
    std::uint64_t from = 0;
    std::uint64_t until = 0;
    bool operator==(const Term&) const = default;
};

/// There is a deadline, it can still be met, and less than a quarter of the term is left.
[[nodiscard]] bool is_urgent(const Term& term, std::uint64_t head);

/// Less than a quarter of the term is left, or nothing.
[[nodiscard]] bool is_late(const Term& term, std::uint64_t head);

/// Most wei a gas unit that may be offered now: the class's bounds, times hard_factor for an urgent dispute, and what the day
/// leaves after `spent`. 0: the budget is used up.
[[nodiscard]] U256 fee_ceiling(const FeePolicy& policy, FeeClass fee_class, bool urgent, std::uint64_t gas_limit,
                               const U256& spent);

}  // namespace cone::sender
