// Between the node's words and the contracts': actions to calls, logged events to chain events. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bridge/contracts/events.hpp"
#include "bridge/contracts/transactions.hpp"
#include "cone/node/chain.hpp"

namespace cone::adapter {

/// An action as a transaction, and what to call it in logs and tables.
struct Translated {
    contracts::ContractCall call;
    std::string action;  ///< the action's type: "CastVotes"
    std::string detail;  ///< "segment 1, attempt 0, 3 votes"
    SegmentIndex segment;
};
[[nodiscard]] Translated translate(const node::ChainAction& action);
[[nodiscard]] Translated translate(const node::CommitDirect& commitment);
[[nodiscard]] Translated translate(const node::ProveOmission& proof);

/// Empty for events of other jobs and those the node does not need; several where the contracts log many things at once.
[[nodiscard]] std::vector<node::ChainEventBody> translate(const contracts::Event& event, JobId job);

}  // namespace cone::adapter
