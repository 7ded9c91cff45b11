// Logs by the follower, records by the board's views in the block that the follower stands at.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/draw_reader.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "bridge/contracts/events.hpp"
#include "bridge/contracts/records.hpp"
#include "bridge/contracts/views.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

using contracts::Contract;

constexpr rpc::RetryPolicy kOneTry{.tries = 1};  // the watcher looks again

follower::FollowSettings follow_settings(const DrawReaderSettings& settings) {
    follower::FollowSettings follow;
    follow.addresses = {settings.deployment.address(Contract::JobBoard)};
    follow.first_block = settings.first_block;
    return follow;
}

}  // namespace

DrawReader::DrawReader(DrawReaderSettings settings)
    : settings_(std::move(settings)),
      transport_({.url = settings_.url, .connect_timeout = settings_.call_timeout, .total_timeout = settings_.call_timeout}),
      client_(transport_, pause_, kOneTry),
      second_(settings_.second_url.empty() ? nullptr : std::make_unique<SecondNode>(settings_.second_url, pause_, clock_)),
      follower_(client_, clock_, follow_settings(settings_), {}, second_ == nullptr ? nullptr : &second_->endpoint) {}

void DrawReader::follow() {
    for (auto steps = follower_.poll(); !steps.empty(); steps = follower_.poll()) {
        for (const auto& step : steps) {
            std::visit([this](const auto& block) { take(block); }, step);
        }
    }
}

void DrawReader::take(const follower::BlockApplied& block) {
    for (const auto& log : block.logs) {
        const auto event = contracts::decode_event(Contract::JobBoard, log);
        if (event && event->name == "CommitmentsPosted" && event->number("jobId") == settings_.job.value) {
            node::PostedAttempt list{AttemptIndex(narrow<std::uint32_t>(event->number("attempt"))), {}};
            for (const auto& member : event->list("members")) {
                list.members.push_back(contracts::read_address(member));
            }
            const SegmentIndex segment(narrow<std::uint32_t>(event->number("segment")));
            logged_.push_back({block.block, segment, std::move(list)});
        }
    }
}

void DrawReader::take(const follower::BlockReverted& block) {
    std::erase_if(logged_, [&](const Logged& one) { return one.block == block.block; });
}

node::PostedSegment DrawReader::read(SegmentIndex segment, const rpc::BlockRef& at) {
    const auto record = contracts::Views(client_, settings_.deployment, at.hash).segment(settings_.job, segment);
    node::PostedSegment posted{.segment = segment,
                               .previous = record.previous,
                               .epoch = record.epoch,
                               .attempts = record.attempts,
                               .final_from_block = record.final_from_block,
                               .lists = {}};
    for (const auto& one : logged_) {
        if (one.segment == segment) {
            posted.lists.push_back(one.list);
        }
    }
    return posted;
}

node::PostedDraws DrawReader::read(const rpc::BlockRef& at) {
    const auto job = contracts::Views(client_, settings_.deployment, at.hash).job(settings_.job);
    node::PostedDraws posted{.job_runs = job.state == contracts::JobState::Running &&
                                         at.number < job.deadline_block,  // a proof is of the next block
                             .finalized = job.finalized,
                             .accepted = job.accepted,
                             .segments = {}};
    std::set<SegmentIndex> segments;
    for (const auto& one : logged_) {
        segments.insert(one.segment);
    }
    for (const auto segment : segments) {
        if (posted.job_runs && segment.value >= posted.finalized && segment.value <= posted.accepted) {
            posted.segments.push_back(read(segment, at));
        }
    }
    return posted;
}

node::DrawReport DrawReader::look() {
    try {
        follow();
        const auto tip = follower_.tip();
        if (!tip) {
            throw RpcError("no block was read yet");
        }
        if (*tip != read_at_) {
            report_ = {.block = tip->number, .posted = read(*tip)};
            read_at_ = *tip;
        }
        report_.why_not = second_ == nullptr ? std::string() : second_->endpoint.why_not().value_or("");
        return report_;
    } catch (const Error& error) {
        return {.block = 0, .posted = {}, .why_not = {}, .failure = error.what()};
    }
}

}  // namespace cone::adapter
