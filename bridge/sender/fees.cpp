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

}  // namespace cone::sender
