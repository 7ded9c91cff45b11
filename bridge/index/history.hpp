// The index along the chain: as it was after each of the newest blocks, so that a reorganisation takes it back exactly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>

#include "bridge/contracts/deployment.hpp"
#include "bridge/follower/step.hpp"
#include "bridge/index/market_index.hpp"

namespace cone::index {

/// The events among logs, in their order. Logs of other contracts, and events that the contracts do not have, are left out.
[[nodiscard]] std::vector<contracts::Event> events_in(const contracts::Deployment& deployment, std::span<const rpc::Log> logs);

/// The index after the logs of one block. Logs of other contracts, and events that the contracts do not have, change nothing.
[[nodiscard]] MarketIndex apply_block(MarketIndex before, const contracts::Deployment& deployment,
                                      std::span<const rpc::Log> logs);

/// Takes a follower's steps. Keeps the index after each of the newest `blocks` blocks; blocks that change nothing share one.
class IndexHistory {
public:
    explicit IndexHistory(contracts::Deployment deployment, std::size_t blocks = 129);

    /// Throws ChainError when an event does not follow from those before; this and all later steps are not taken then. CONE_ASSERT:
    /// only the newest block is reverted, and no more blocks than are kept.
    void take(const std::vector<follower::Step>& steps);
    [[nodiscard]] const MarketIndex& now() const { return *kept_.back().index; }

private:
    struct Kept {
        rpc::BlockRef block;
        std::shared_ptr<const MarketIndex> index;
    };
    void push(const follower::BlockApplied& block);
    void pop(const follower::BlockReverted& block);

    contracts::Deployment deployment_;
    std::size_t blocks_;
    std::deque<Kept> kept_;  ///< oldest first; the first is what cannot be taken back
};

}  // namespace cone::index
