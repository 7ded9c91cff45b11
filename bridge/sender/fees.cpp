// The fee rule in whole wei.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/fees.hpp"

#include <algorithm>

namespace cone::sender {
namespace {

/// An eighth more, rounded up, at least 1 wei.
U256 bumped_up(const U256& fee) {
    return fee + std::max<U256>(1, (fee + 7) / 8);
}

}  // namespace

Fees quote(const U256& base_fee, const U256& tip, const U256& ceiling) {
    const U256 tip_paid = std::min(tip, ceiling);
    if (base_fee >= ceiling) {
        return {tip_paid, ceiling};  // also keeps a node's absurd base fee from overflowing
    }
    return {tip_paid, std::min<U256>(2 * base_fee + tip_paid, ceiling)};
}

std::optional<Fees> replacement(const Fees& old, const Fees& market, const U256& ceiling) {
    const Fees offer{std::max(bumped_up(old.tip), market.tip), std::max(bumped_up(old.cap), market.cap)};
    if (offer.cap > ceiling || offer.tip > ceiling) {
        return std::nullopt;
    }
    return offer;
}

std::string_view to_string(FeeClass fee_class) {
    switch (fee_class) {
        case FeeClass::Dispute:
            return "dispute";
        case FeeClass::Commit:
            return "commit";
        case FeeClass::Payout:
            break;
    }
    return "payout";
}

const ClassPolicy& FeePolicy::of(FeeClass fee_class) const {
    switch (fee_class) {
        case FeeClass::Dispute:
            return dispute;
        case FeeClass::Commit:
            return commit;
        case FeeClass::Payout:
            break;
    }
    return payout;
}

bool is_urgent(const Term& term, std::uint64_t head) {
    return head < term.until && is_late(term, head);
}

bool is_late(const Term& term, std::uint64_t head) {
    return 4 * (term.until - std::min(head, term.until)) < term.until - std::min(term.from, term.until);
}

U256 fee_ceiling(const FeePolicy& policy, FeeClass fee_class, bool urgent, std::uint64_t gas_limit, const U256& spent) {
    const ClassPolicy& bounds = policy.of(fee_class);
    const U256 factor = urgent && fee_class == FeeClass::Dispute ? policy.hard_factor : 1;
    const U256 day_left = bounds.most_a_day - std::min(spent, bounds.most_a_day);
    const U256 most = std::min<U256>(bounds.most * factor, day_left);
    return std::min<U256>(bounds.max_fee * factor, most / std::max<std::uint64_t>(gas_limit, 1));
}

}  // namespace cone::sender
