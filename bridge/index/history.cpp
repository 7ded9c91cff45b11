// Apply makes a new index from the newest; revert forgets it.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/index/history.hpp"

#include <utility>

#include "cone/base/errors.hpp"

namespace cone::index {

std::vector<contracts::Event> events_in(const contracts::Deployment& deployment, std::span<const rpc::Log> logs) {
    std::vector<contracts::Event> events;
    for (const rpc::Log& log : logs) {
        const auto contract = deployment.contract_at(log.address);
        if (auto event = contract ? contracts::decode_event(*contract, log) : std::nullopt) {
            events.push_back(*std::move(event));
        }
    }
    return events;
}

MarketIndex apply_block(MarketIndex before, const contracts::Deployment& deployment, std::span<const rpc::Log> logs) {
    return apply_events(std::move(before), events_in(deployment, logs));
}

IndexHistory::IndexHistory(contracts::Deployment deployment, std::size_t blocks)
    : deployment_(std::move(deployment)), blocks_(blocks), kept_{{{}, std::make_shared<const MarketIndex>()}} {}

void IndexHistory::take(const std::vector<follower::Step>& steps) {
    for (const follower::Step& step : steps) {
        if (const auto* applied = std::get_if<follower::BlockApplied>(&step)) {
            push(*applied);
        } else {
            pop(std::get<follower::BlockReverted>(step));
        }
    }
}

void IndexHistory::push(const follower::BlockApplied& block) {
    auto index = block.logs.empty()
                     ? kept_.back().index
                     : std::make_shared<const MarketIndex>(apply_block(*kept_.back().index, deployment_, block.logs));
    kept_.push_back({block.block, std::move(index)});
    if (kept_.size() > blocks_ + 1) {
        kept_.pop_front();
    }
}

void IndexHistory::pop(const follower::BlockReverted& block) {
    CONE_ASSERT(kept_.size() > 1 && kept_.back().block == block.block, "only the newest block can be reverted");
    kept_.pop_back();
}

}  // namespace cone::index
