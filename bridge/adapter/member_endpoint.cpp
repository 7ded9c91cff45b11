// Chain id once, then the newest block and the board's attempt in it.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/member_endpoint.hpp"

#include <utility>

#include "bridge/contracts/records.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/log_range.hpp"

namespace cone::adapter {
namespace {

constexpr rpc::RetryPolicy kOnce{.tries = 1};  // the caller looks again; a look must end soon

bool is_of(const contracts::Event& event, JobId job, SegmentIndex segment, AttemptIndex attempt) {
    const bool of_attempt = event.name == "CommitmentsPosted" || event.name == "CommittedDirectly";
    return of_attempt && event.number("jobId") == job.value && event.number("segment") == segment.value &&
           event.number("attempt") == attempt.value;
}

}  // namespace

MemberEndpoint::MemberEndpoint(MemberEndpointSettings settings)
    : settings_(std::move(settings)),
      transport_({.url = settings_.url, .connect_timeout = settings_.call_timeout, .total_timeout = settings_.call_timeout}),
      client_(transport_, pause_, kOnce) {}

rpc::BlockHeader MemberEndpoint::newest() {
    if (!chain_checked_) {
        rpc::require_chain_id(client_, settings_.chain_id);
        chain_checked_ = true;
    }
    auto header = rpc::block_header(client_);
    if (!header) {
        throw RpcError("the node has no block");
    }
    return *std::move(header);
}

std::optional<node::AttemptOnChain> MemberEndpoint::find_attempt(JobId job, SegmentIndex segment, AttemptIndex attempt) {
    const auto head = newest();
    const contracts::Views board(client_, settings_.deployment, head.hash);
    const auto found = board.find_attempt(job, segment, attempt);
    if (!found) {
        return std::nullopt;
    }
    return node::AttemptOnChain{found->root, found->reveal_from_block, head.number};
}

node::AttemptHistory MemberEndpoint::read_history(JobId job, SegmentIndex segment, AttemptIndex attempt) {
    const auto head = newest();
    const contracts::Views board(client_, settings_.deployment, head.hash);
    const auto found = board.find_attempt(job, segment, attempt);
    node::AttemptHistory history;
    if (!found) {
        return history;
    }
    const std::uint64_t posted = found->reveal_from_block - 1 - board.rules().commit_blocks;
    const rpc::LogFilter filter{.addresses = {settings_.deployment.address(contracts::Contract::JobBoard)}, .topics = {}};
    for (const auto& log : rpc::read_logs(client_, posted, head.number, filter)) {
        const auto event = contracts::decode_event(contracts::Contract::JobBoard, log);
        if (event && is_of(*event, job, segment, attempt)) {
            add(history, *event);
        }
    }
    return history;
}

void MemberEndpoint::add(node::AttemptHistory& history, const contracts::Event& event) {
    if (event.name == "CommitmentsPosted") {
        history.members = contracts::read_addresses(eth::AbiValue(event.list("members")));
    } else {
        history.direct[event.address("executor")] = event.hash("commitment");
    }
}

}  // namespace cone::adapter
