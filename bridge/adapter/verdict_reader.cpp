// Views of the board in one block, joined into what the self-check compares.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/verdict_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

using contracts::JobState;
using contracts::SegmentState;

constexpr rpc::RetryPolicy kOneTry{.tries = 1};  // the watcher looks again
/// Well above what `challenge` takes (120,000): its fees must not be what is missing.
constexpr std::uint64_t kChallengeGas = 200'000;
constexpr std::uint64_t kTip = 2'000'000'000;

Wei to_wei_or_most(const eth::U256& amount) {
    return eth::to_wei(amount).value_or(Wei(~Uint128{0}));
}

/// As the sender offers: twice the base fee and a tip. A base fee beyond 128 bits is more than anybody has.
Wei fees_in(const rpc::BlockHeader& header) {
    const eth::U256 base(to_wei_or_most(header.base_fee.value_or(0)).value);
    return to_wei_or_most((2 * base + kTip) * kChallengeGas);
}

bool was_forced_by(const contracts::Views& board, JobId job, SegmentIndex segment, const contracts::Segment& record,
                   const Address& challenger) {
    for (std::uint32_t i = 0; i < record.attempts; ++i) {
        const auto attempt = board.find_attempt(job, segment, AttemptIndex((std::uint32_t{record.epoch} << 16) | i));
        if (attempt && attempt->challenger == challenger && !challenger.is_zero()) {
            return true;
        }
    }
    return false;
}

bool has_verdict(SegmentState state) {
    return state == SegmentState::Accepted || state == SegmentState::Challenged || state == SegmentState::Final;
}

}  // namespace

VerdictReader::VerdictReader(VerdictReaderSettings settings)
    : settings_(std::move(settings)),
      transport_({.url = settings_.url, .connect_timeout = settings_.call_timeout, .total_timeout = settings_.call_timeout}),
      client_(transport_, pause_, kOneTry) {}

std::uint64_t VerdictReader::head() {
    if (!chain_checked_) {
        rpc::require_chain_id(client_, settings_.chain_id);
        chain_checked_ = true;
    }
    return rpc::block_number(client_);
}

node::VerdictRecord VerdictReader::read(SegmentIndex segment, const rpc::BlockHeader& at) {
    const contracts::Views board(client_, settings_.deployment, at.hash);
    const auto job = board.job(settings_.job);
    const auto record = board.segment(settings_.job, segment);
    const bool first = segment.value == 0;
    return {.job_runs = job.state == JobState::Running && at.number <= job.deadline_block,
            .job_over = job.state > JobState::Running,
            .has_verdict = has_verdict(record.state),
            .is_final = record.state == SegmentState::Final,
            .challenged = record.state == SegmentState::Challenged,
            .ours = was_forced_by(board, settings_.job, segment, record, settings_.challenger),
            .accepted = record.verdict,
            .previous = first ? job.job_hash : board.segment(settings_.job, SegmentIndex(segment.value - 1)).verdict,
            .final_from_block = record.final_from_block,
            .set_size = record.set_size,
            .set_cap = job.set_cap,
            .bond = board.rules().challenge_bond};
}

void VerdictReader::fill(node::EndpointReport& report, SegmentIndex segment, std::uint64_t number) {
    const auto header = rpc::block_header(client_, number);
    if (!header) {
        throw RpcError("the node does not have the block it told of");
    }
    report.block = header->number;
    report.block_hash = header->hash;
    report.record = read(segment, *header);
    report.balance = to_wei_or_most(rpc::balance(client_, settings_.challenger, header->hash));
    report.fees = fees_in(*header);
}

node::EndpointReport VerdictReader::report(SegmentIndex segment, std::optional<std::uint64_t> number) {
    node::EndpointReport report;
    report.url = settings_.url;
    try {
        report.head = head();
        fill(report, segment, number.value_or(report.head));
    } catch (const std::exception& error) {
        report.failure = error.what();
    }
    return report;
}

std::array<node::EndpointReport, 2> look_twice(VerdictReader& first, VerdictReader& second, SegmentIndex segment) {
    std::optional<std::uint64_t> common;
    try {
        common = std::min(first.head(), second.head());
    } catch (const std::exception&) {
        return {first.look(segment), second.look(segment)};  // each says what is wrong with it
    }
    return {first.look_at(segment, *common), second.look_at(segment, *common)};
}

}  // namespace cone::adapter
