// One function an action, one line an event.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/translate.hpp"

#include <algorithm>
#include <utility>

#include "bridge/contracts/records.hpp"
#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

using contracts::Event;

std::string place(SegmentIndex segment) {
    return "segment " + std::to_string(segment.value);
}
std::string place(SegmentIndex segment, AttemptIndex attempt) {
    return place(segment) + ", attempt " + std::to_string(attempt.value);
}

/// r and vs of a 64-byte compact signature (EIP-2098).
std::pair<Hash32, Hash32> halves(const Bytes& signature) {
    CONE_ASSERT(signature.size() == 64, "the coordinator checked the signature");
    std::pair<Hash32, Hash32> rs;
    std::copy(signature.begin(), signature.begin() + 32, rs.first.bytes.begin());
    std::copy(signature.begin() + 32, signature.end(), rs.second.bytes.begin());
    return rs;
}

contracts::VoteOpening opening_of(const node::SignedVote& vote) {
    const auto [r, vs] = halves(vote.signature);
    return {.position = narrow<std::uint16_t>(vote.position), .salt = vote.salt, .r = r, .vs = vs};
}

/// Votes that say the same are sent together.
std::vector<contracts::VoteGroup> groups_of(const std::vector<node::SignedVote>& votes) {
    std::vector<contracts::VoteGroup> groups;
    for (const auto& vote : votes) {
        auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& candidate) {
            return candidate.digest == vote.digest && candidate.witness == vote.witness;
        });
        if (group == groups.end()) {
            group = groups.insert(group, {vote.digest, vote.witness, {}});
        }
        group->openings.push_back(opening_of(vote));
    }
    return groups;
}

contracts::SignedVote signed_of(const node::SignedVote& vote) {
    const auto [r, vs] = halves(vote.signature);
    return {vote.digest, vote.witness, r, vs};
}

Translated to_call(const node::PostCommitments& a) {
    return {contracts::post_commitments(a.job, a.segment, a.attempt, a.members, a.root), "PostCommitments",
            place(a.segment, a.attempt) + ", " + std::to_string(a.members.size()) + " members", a.segment};
}

Translated to_call(const node::CastVotes& a) {
    return {contracts::cast_votes(a.job, a.segment, a.attempt, a.members, a.commitments, groups_of(a.votes)), "CastVotes",
            place(a.segment, a.attempt) + ", " + std::to_string(a.votes.size()) + " votes", a.segment};
}

Translated to_call(const node::CloseAttempt& a) {
    return {contracts::close_attempt(a.job, a.segment), "CloseAttempt", place(a.segment), a.segment};
}
Translated to_call(const node::Finalize& a) {
    return {contracts::finalize(a.job, a.segment, a.members), "Finalize", place(a.segment), a.segment};
}

Translated to_call(const node::VoidExhausted& a) {
    return {contracts::void_exhausted(a.job, a.segment), "VoidExhausted", place(a.segment), a.segment};
}

Translated to_call(const node::Settle& a) {
    return {contracts::settle(a.job, {a.state_root, a.osmd_root, a.metric_bp, a.accesses, a.trace_root}, a.spec_hash, a.shards),
            "Settle", std::to_string(a.accesses.size()) + " sellers", SegmentIndex(0)};
}

Translated to_call(const node::ProveEquivocation& a) {
    return {
        contracts::prove_equivocation(a.job, a.segment, a.attempt, a.first.executor, signed_of(a.first), signed_of(a.second)),
        "ProveEquivocation", place(a.segment, a.attempt), a.segment};
}

Translated to_call(const node::ProveFalseWitness& a) {
    return {contracts::prove_false_witness(a.job, a.segment, a.attempt, a.vote.executor, signed_of(a.vote), a.opening),
            "ProveFalseWitness", place(a.segment, a.attempt), a.segment};
}

Translated to_call(const node::PayExecutors& a) {
    return {contracts::pay_executors(a.job, a.count), "PayExecutors",
            "at most " + std::to_string(a.count) + " after " + std::to_string(a.paid), SegmentIndex(0)};
}

Translated to_call(const node::CommitDirect& a) {
    return {contracts::commit_direct(a.job, a.segment, a.attempt, a.members, narrow<std::uint16_t>(a.position), a.commitment),
            "CommitDirect", place(a.segment, a.attempt), a.segment};
}

Translated to_call(const node::ProveOmission& a) {
    return {contracts::prove_omission(a.job, a.segment, a.attempt, a.before, a.members, narrow<std::uint16_t>(a.position),
                                      a.executor),
            "ProveOmission", place(a.segment, a.attempt) + ", position " + std::to_string(a.position), a.segment};
}

SegmentIndex segment_of(const Event& event) {
    return SegmentIndex(narrow<std::uint32_t>(event.number("segment")));
}
AttemptIndex attempt_of(const Event& event) {
    return AttemptIndex(narrow<std::uint32_t>(event.number("attempt")));
}

node::ChainFault fault_of(const Event& event) {
    const auto fault = event.number("fault");
    if (fault > static_cast<std::uint64_t>(node::ChainFault::Equivocation)) {
        throw RpcError("FaultFound with fault " + std::to_string(fault) + ", which this program does not know", "update it");
    }
    return static_cast<node::ChainFault>(fault);
}

std::string role_of(const Event& event) {
    const auto role = event.number("role");
    if (role > static_cast<std::uint64_t>(contracts::Role::Checker)) {
        throw RpcError("Credited with role " + std::to_string(role) + ", which this program does not know", "update it");
    }
    return contracts::to_string(static_cast<contracts::Role>(role));
}

std::string void_reason_of(const Event& event) {
    const auto reason = event.number("reason");
    return reason > static_cast<std::uint64_t>(contracts::VoidReason::WrongDraw)
               ? "reason " + std::to_string(reason)
               : contracts::to_string(static_cast<contracts::VoidReason>(reason));
}

/// One event of the board, as many of the node.
std::vector<node::ChainEventBody> votes_counted(const Event& event) {
    std::vector<node::ChainEventBody> counted;
    for (const auto& executor : event.list("executors")) {
        counted.emplace_back(node::VoteCounted{segment_of(event), attempt_of(event), contracts::read_address(executor),
                                               event.hash("digest"), event.hash("witness")});
    }
    return counted;
}

std::optional<node::ChainEventBody> segment_event(const Event& event) {
    if (event.name == "CommitmentsPosted") {
        return node::CommitmentsPosted{segment_of(event), attempt_of(event), event.hash("root"),
                                       event.number("revealFromBlock"), event.number("revealUntilBlock")};
    }
    if (event.name == "CommittedDirectly") {
        return node::CommittedDirectly{segment_of(event), attempt_of(event), event.address("executor"),
                                       event.hash("commitment")};
    }
    if (event.name == "SegmentAccepted") {
        return node::SegmentAccepted{segment_of(event), event.hash("digest"), narrow<std::uint32_t>(event.number("votes")),
                                     event.number("finalFromBlock")};
    }
    if (event.name == "SegmentUndecided") {
        return node::SegmentUndecided{segment_of(event), attempt_of(event)};
    }
    if (event.name == "SegmentFinal") {
        return node::SegmentFinal{segment_of(event)};
    }
    if (event.name == "SegmentChallenged") {
        return node::SegmentChallenged{segment_of(event), event.address("challenger")};
    }
    if (event.name == "FaultFound") {
        return node::ExecutorSlashed{event.address("executor"), segment_of(event), fault_of(event), event.wei("slashedWei")};
    }
    return std::nullopt;
}

std::optional<node::ChainEventBody> money_event(const Event& event) {
    if (event.name == "Credited") {
        return node::CreditAdded{event.address("payee"), event.wei("amountWei"), role_of(event)};
    }
    if (event.name == "JobSettled") {
        return node::JobSettled{event.flag("met"), narrow<std::uint32_t>(event.number("metricBp")), event.wei("executorsWei")};
    }
    if (event.name == "JobVoided") {
        return node::JobVoided{void_reason_of(event)};
    }
    return std::nullopt;
}

bool concerns(const Event& event, JobId job) {
    for (const auto& argument : event.arguments) {
        if (argument.name == "jobId") {
            return event.number("jobId") == job.value;
        }
    }
    return false;
}

}  // namespace

Translated translate(const node::ChainAction& action) {
    return std::visit([](const auto& a) { return to_call(a); }, action);
}

Translated translate(const node::CommitDirect& commitment) {
    return to_call(commitment);
}

Translated translate(const node::ProveOmission& proof) {
    return to_call(proof);
}

std::vector<node::ChainEventBody> translate(const Event& event, JobId job) {
    if (!concerns(event, job)) {
        return {};
    }
    if (event.name == "VotesCast") {
        return votes_counted(event);
    }
    auto body = segment_event(event);
    body = body ? std::move(body) : money_event(event);
    return body ? std::vector{std::move(*body)} : std::vector<node::ChainEventBody>{};
}

}  // namespace cone::adapter
