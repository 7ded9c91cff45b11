// One nonce on its way to the chain, with every version that was signed for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bridge/eth/transaction.hpp"
#include "bridge/rpc/types.hpp"
#include "bridge/sender/fees.hpp"
#include "bridge/sender/journal.hpp"
#include "bridge/sender/purse.hpp"
#include "cone/base/clock.hpp"

namespace cone::sender {

struct Flight {
    std::string label;
    std::string intent;
    Claim claim;                   ///< in whose name it pays
    eth::Transaction transaction;  ///< of the newest version
    std::vector<eth::SignedTransaction> versions;
    Millis started{};  ///< when its first version was signed, or taken up again
    Millis newest_at{};
    Millis looked_at{};                        ///< when its price was last compared with the market
    bool bid_all = false;                      ///< the newest version bids all that it may, for there is no time for another
    Stage stage = Stage::Signed;               ///< of the newest version, as the journal has it
    Millis looked_below_at{};                  ///< when it was last asked whether an earlier nonce fell out of the chain
    int nonce_sightings = 0;                   ///< how often in a row the nonce was used for good
    std::optional<Millis> nonce_used_since{};  ///< the newest block has it used, without a break
    std::string refusal;                       ///< the node's words when it refused

    [[nodiscard]] std::uint64_t nonce() const { return transaction.nonce; }
    [[nodiscard]] const eth::SignedTransaction& newest() const { return versions.back(); }
    [[nodiscard]] Fees fees() const { return {transaction.max_priority_fee, transaction.max_fee}; }
    [[nodiscard]] rpc::CallMessage message(const Address& from) const {
        return {from, transaction.to, transaction.data, transaction.value};
    }
};

/// From a journal's entries of one nonce, at least one, oldest first. Throws DataError when they are not what they should be.
[[nodiscard]] Flight resume(std::span<const JournalEntry> versions, Millis now);

}  // namespace cone::sender
