// The money of one job: stakes, escrow, bonds, credits, as ExecutorRegistry and Settlement keep them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/wei.hpp"

namespace cone::play {

/// Every wei that came in lies in exactly one of these places.
struct Till {
    std::map<Address, Wei> stake;
    std::map<Address, Wei> credit;
    Wei escrow;
    Wei bonds;  ///< seized stake lies here too until it is shared out
    Wei burned;

    /// floor(stake * bp / 10,000) goes to the bonds. Returns it.
    Wei slash(const Address& executor, std::uint32_t bp);
    void pay_bond(const Address& payee, Wei amount);
    void burn_bond(Wei amount);
    void refund_escrow(const Address& buyer);
    /// Half of `pot`, evenly and rounded down, to the checkers; the rest is burned. All of it comes from the bonds.
    void share(Wei pot, std::span<const Address> checkers);

    [[nodiscard]] Wei total() const;
    [[nodiscard]] Wei stake_of(const Address& executor) const;
    [[nodiscard]] Wei credit_of(const Address& payee) const;
};

}  // namespace cone::play
