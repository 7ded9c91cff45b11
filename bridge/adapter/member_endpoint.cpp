// Chain id once, then the newest block and the board's attempt in it.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_endpoint.hpp"

#include <utility>

#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"

namespace cone::adapter {
namespace {

constexpr rpc::RetryPolicy kOnce{.tries = 1};  // the caller looks again; a look must end soon

}  // namespace

MemberEndpoint::MemberEndpoint(MemberEndpointSettings settings)
    : settings_(std::move(settings)),
      transport_({.url = settings_.url, .connect_timeout = settings_.call_timeout, .total_timeout = settings_.call_timeout}),
      client_(transport_, pause_, kOnce) {}

std::optional<node::AttemptOnChain> MemberEndpoint::find_attempt(JobId job, SegmentIndex segment, AttemptIndex attempt) {
    if (!chain_checked_) {
        rpc::require_chain_id(client_, settings_.chain_id);
        chain_checked_ = true;
    }
    const auto newest = rpc::block_header(client_);
    if (!newest) {
        throw RpcError("the node has no block");
    }
    const contracts::Views board(client_, settings_.deployment, newest->hash);
    const auto found = board.find_attempt(job, segment, attempt);
    if (!found) {
        return std::nullopt;
    }
    return node::AttemptOnChain{found->root, found->reveal_from_block, newest->number};
}

}  // namespace cone::adapter
