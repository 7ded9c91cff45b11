// The same whole-wei arithmetic as contracts/src/libraries/Booking.sol and Settlement.sol.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/till.hpp"

#include "cone/play/rules.hpp"

namespace cone::play {
namespace {

Wei of(const std::map<Address, Wei>& amounts, const Address& who) {
    const auto at = amounts.find(who);
    return at == amounts.end() ? Wei() : at->second;
}

Wei sum(const std::map<Address, Wei>& amounts) {
    Wei all;
    for (const auto& [who, amount] : amounts) {
        all += amount;
    }
    return all;
}

}  // namespace

Wei Till::slash(const Address& executor, std::uint32_t bp) {
    const Wei slashed = mul_div_down(stake_of(executor), bp, kWholeBp);
    stake[executor] -= slashed;
    bonds += slashed;
    return slashed;
}

void Till::pay_bond(const Address& payee, Wei amount) {
    bonds -= amount;
    credit[payee] += amount;
}

void Till::burn_bond(Wei amount) {
    bonds -= amount;
    burned += amount;
}

void Till::refund_escrow(const Address& buyer) {
    credit[buyer] += escrow;
    escrow = Wei();
}

void Till::share(Wei pot, std::span<const Address> checkers) {
    const Wei each = checkers.empty() ? Wei() : Wei(pot.value / 2 / checkers.size());
    for (const Address& checker : checkers) {
        pay_bond(checker, each);
    }
    burn_bond(Wei(pot.value - each.value * checkers.size()));
}

Wei Till::total() const {
    return sum(stake) + sum(credit) + escrow + bonds + burned;
}

Wei Till::stake_of(const Address& executor) const {
    return of(stake, executor);
}

Wei Till::credit_of(const Address& payee) const {
    return of(credit, payee);
}

}  // namespace cone::play
