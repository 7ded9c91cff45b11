// The larger of two rights, and the arithmetic of promises.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/purse.hpp"

#include <algorithm>

namespace cone::sender {
namespace {

constexpr unsigned kTipRoom = 4;  ///< a dozen replacements of the dearest first offer

std::string gwei(const U256& wei) {
    return (wei / kGwei).str() + " gwei";
}

}  // namespace

U256 Purse::allowed(const Claim& claim, const Bill& bill, const Market& market) const {
    const U256 fee = fee_ceiling(policy_, claim.fee_class, is_urgent(claim.term, market.head), bill.gas_limit,
                                 book_.spent(claim.fee_class, market.time, bill.nonce));
    return std::min<U256>(fee, bill.means / std::max<std::uint64_t>(bill.gas_limit, 1));
}

Ceiling Purse::ceiling(const Bill& bill, const Market& market) const {
    const Claim claim = as_of(bill.own, market);
    const Claim waiting = as_of(bill.waiting, market);
    const Ceiling own{allowed(claim, bill, market), claim};
    if (waiting.fee_class >= claim.fee_class) {
        return own;
    }
    const Ceiling lent{allowed(waiting, bill, market), waiting};
    return lent.fee > own.fee ? lent : own;
}

Fees Purse::offer(const Ceiling& ceiling, const Market& market) const {
    const U256 tip = std::max(std::min(market.tip, policy_.most_tip), policy_.least_tip);
    const Fees usual = quote(market.base_fee, tip, ceiling.fee);
    return {usual.tip, is_last_chance(ceiling.claim, market) ? ceiling.fee : usual.cap};
}

std::optional<Fees> Purse::better_offer(const Fees& old, const Ceiling& ceiling, const Market& market) const {
    const auto fees = replacement(old, offer(ceiling, market), ceiling.fee);
    const bool too_generous = fees && fees->tip > kTipRoom * policy_.most_tip;
    return too_generous && !is_last_chance(ceiling.claim, market) ? std::nullopt : fees;
}

Millis Purse::replace_after(const Bill& bill) const {
    return policy_.of(std::min(bill.own.fee_class, bill.waiting.fee_class)).replace_after;
}

std::optional<std::string> Purse::why_not_now(const Bill& bill, const Market& market) const {
    const U256 most = ceiling(bill, market).fee;
    if (most >= market.base_fee && most > 0) {
        return std::nullopt;
    }
    const FeeClass fee_class = as_of(bill.own, market).fee_class;
    const std::string name(to_string(fee_class));
    if (is_poor(bill, market)) {
        return "its fee is at least " + gwei(market.base_fee * bill.gas_limit) + ", the account has " + gwei(bill.means) +
               " left for fees";
    }
    const U256 needed = book_.spent(fee_class, market.time, bill.nonce) + market.base_fee * bill.gas_limit;
    if (needed > policy_.of(fee_class).most_a_day) {
        return "the day's budget of class " + name + " is used up";
    }
    return "a gas unit costs " + gwei(market.base_fee) + ", class " + name + " may pay " + gwei(most);
}

bool Purse::is_poor(const Bill& bill, const Market& market) {
    return market.base_fee * bill.gas_limit > bill.means;
}

Claim Purse::as_of(const Claim& claim, const Market& market) {
    const bool presses = claim.fee_class != FeeClass::Dispute && is_late(claim.term, market.head);
    return presses ? Claim{FeeClass::Dispute, {}} : claim;
}

bool Purse::is_last_chance(const Claim& claim, const Market& market) {
    return claim.fee_class == FeeClass::Dispute && is_urgent(claim.term, market.head);
}

void Purse::promise(const Bill& bill, const Ceiling& ceiling, const Market& market, const U256& fee_cap) {
    book_.put({bill.nonce, ceiling.claim.fee_class, ceiling.claim.term, market.time, fee_cap * bill.gas_limit});
}

void Purse::settle(std::uint64_t nonce, const U256& wei) {
    if (auto spend = book_.of(nonce)) {
        spend->wei = wei;
        book_.put_soon(*spend);
    }
}

std::optional<Claim> Purse::claim_of(std::uint64_t nonce) const {
    const auto spend = book_.of(nonce);
    return spend ? std::optional(Claim{spend->fee_class, spend->term}) : std::nullopt;
}

}  // namespace cone::sender
