// The result: segments, faults, money and time for people.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cone/node/record.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

double seconds(Millis span) {
    return static_cast<double>(span.count()) / 1000.0;
}

std::string status_word(RunStatus status) {
    switch (status) {
        case RunStatus::Settled:
            return "settled";
        case RunStatus::Unmet:
            return "unmet";
        case RunStatus::Void:
            return "void";
        default:
            return "failed";
    }
}

/// Number of an executor in this run; the count of executors when it took no part.
std::uint32_t number_of(const CoordinatorState& state, const Address& address) {
    const auto found =
        std::find_if(state.executors.begin(), state.executors.end(), [&](const auto& e) { return e.address == address; });
    return static_cast<std::uint32_t>(found - state.executors.begin());
}

bool voted(const MemberView& member) {
    return member.reveal.has_value();
}

report::AttemptResult attempt_view(const Attempt& attempt) {
    report::AttemptResult view;
    view.commitments_root = attempt.root;
    view.seconds = seconds(std::max(attempt.cast, attempt.started) - attempt.started);
    for (const auto& member : attempt.members) {
        view.members.push_back(member.address);
        view.digests.push_back(voted(member) ? member.reveal->digest : Hash32{});
    }
    return view;
}

/// Slowest member that voted for the accepted digest: the others waited for it.
void add_member_times(const SegmentRun& run, report::SegmentResultView& view) {
    for (const auto& attempt : run.attempts) {
        double training = 0;
        double digest = 0;
        for (const auto& member : attempt.members) {
            if (voted(member) && run.verdict == member.reveal->digest) {
                training = std::max(training, member.reveal->training_seconds);
                digest = std::max(digest, member.reveal->digest_seconds);
            }
        }
        view.training_seconds += training;
        view.digest_seconds += digest;
        if (attempt.revealed > attempt.sealed) {
            view.chain_seconds += seconds(attempt.revealed - attempt.sealed);
        }
    }
}

report::SegmentResultView segment_view(const SegmentRun& run) {
    report::SegmentResultView view;
    view.index = run.index;
    view.digest = run.verdict.value_or(Hash32{});
    view.verdict = run.verdict ? "accepted" : "undecided";
    std::uint32_t total = 0;
    for (const auto& attempt : run.attempts) {
        view.attempts.push_back(attempt_view(attempt));
        total += static_cast<std::uint32_t>(attempt.members.size());
        view.set_sizes.push_back(total);
    }
    const auto tally = tally_of(run);
    for (const auto& [digest, votes] : tally.votes()) {
        view.votes[to_hex(digest)] = votes;
    }
    view.lead = tally.standing().lead();
    view.wall_seconds = seconds(std::max(run.decided, run.started) - run.started);
    add_member_times(run, view);
    return view;
}

bool was_late(const CoordinatorState& state, const ExecutorSlashed& slash) {
    for (const auto& run : state.segments) {
        for (const auto& attempt : run.attempts) {
            for (const auto& member : attempt.members) {
                if (run.index == slash.segment && member.address == slash.executor && member.late_reveal) {
                    return true;
                }
            }
        }
    }
    return false;
}

std::string fault_word(const CoordinatorState& state, const ExecutorSlashed& slash) {
    switch (slash.fault) {
        case ChainFault::NoReveal:
            return was_late(state, slash) ? "late" : "no-reveal";
        case ChainFault::FalseWitness:
            return "false-witness";
        case ChainFault::MinorityDigest:
            return "wrong-digest";
        case ChainFault::Equivocation:
            return "equivocation";
    }
    return "unknown";
}

std::vector<report::FaultCaught> faults_of(const CoordinatorState& state) {
    std::vector<report::FaultCaught> faults;
    for (const auto& seen : state.slashes) {
        faults.push_back({.executor = seen.event.executor,
                          .executor_index = number_of(state, seen.event.executor),
                          .segment = seen.event.segment,
                          .kind = fault_word(state, seen.event),
                          .slashed = seen.event.amount > Wei(0),
                          .slashed_wei = seen.event.amount});
    }
    return faults;
}

std::string payee_label(const CoordinatorState& state, const CreditAdded& credit,
                        const std::vector<report::SellerView>& sellers) {
    if (credit.role == "seller") {
        const auto found =
            std::find_if(sellers.begin(), sellers.end(), [&](const auto& s) { return s.address == credit.payee; });
        return "seller " + std::to_string(found - sellers.begin()) +
               (found != sellers.end() && found->corrupted ? " (corrupted)" : "");
    }
    if (credit.role == "executor") {
        return "executor " + std::to_string(number_of(state, credit.payee));
    }
    return credit.role;
}

std::vector<report::SellerView> sellers_of(const CoordinatorState& state, const RunFacts& facts,
                                           const std::vector<training::RoundTrace>& rounds) {
    std::vector<report::SellerView> sellers;
    for (const auto& seller : state.terms.sellers) {
        report::SellerView view{.address = seller.address,
                                .shard_root = seller.shard_root,
                                .corrupted = facts.corrupted_roots.contains(seller.shard_root),
                                .accesses = 0,
                                .paid = {}};
        if (!rounds.empty()) {
            view.accesses = rounds.back().accesses.at(sellers.size());
        }
        for (const auto& credit : state.credits) {
            if (credit.role == "seller" && credit.payee == seller.address) {
                view.paid += credit.amount;
            }
        }
        sellers.push_back(view);
    }
    return sellers;
}

std::vector<report::Payout> payouts_of(const CoordinatorState& state, const std::vector<report::SellerView>& sellers) {
    std::vector<report::Payout> payouts;
    for (const auto& credit : state.credits) {
        // Outbid amounts, bonds and seized stake never were part of the escrow.
        if (credit.role == "seller" || credit.role == "executor" || credit.role == "buyer") {
            const std::string role = credit.role == "buyer" ? "buyer-refund" : credit.role;
            payouts.push_back({credit.payee, role, credit.amount, payee_label(state, credit, sellers)});
        }
    }
    return payouts;
}

void add_span(std::vector<report::TimelineEntry>& timeline, Millis began, Millis from, Millis to, std::string lane,
              std::string what, std::string kind) {
    if (to > from && from >= began) {
        timeline.push_back({seconds(from - began), seconds(to - began), std::move(lane), std::move(what), std::move(kind)});
    }
}

void add_attempt(std::vector<report::TimelineEntry>& timeline, const CoordinatorState& state, const SegmentRun& run,
                 const Attempt& attempt) {
    const std::string name =
        "segment " + std::to_string(run.index.value) + ", attempt " + std::to_string(attempt.number.value & 0xffffU);
    for (const auto& member : attempt.members) {
        if (member.executor) {
            const bool faulty = run.verdict && (!voted(member) || member.reveal->digest != *run.verdict);
            const Millis end =
                member.committed_at > Millis(0) ? member.committed_at : std::max(attempt.sealed, attempt.started);
            add_span(timeline, state.began, attempt.started, end, "executor " + std::to_string(*member.executor), name,
                     faulty ? "fault" : "train");
        }
    }
    add_span(timeline, state.began, attempt.sealed, attempt.revealed, "chain", name + ": commitments root", "commit");
    add_span(timeline, state.began, attempt.revealed, attempt.cast, "bridge", name + ": reveals", "vote");
    add_span(timeline, state.began, attempt.cast, attempt.decided, "chain", name + ": votes counted", "chain");
}

std::map<std::string, double> wall_of(const CoordinatorState& state, const std::vector<report::SegmentResultView>& segments) {
    std::map<std::string, double> wall{{"total", seconds(std::max(state.ended, state.began) - state.began)}};
    for (const auto& segment : segments) {
        wall["segments"] += segment.wall_seconds;
        wall["training"] += segment.training_seconds;
        wall["digest"] += segment.digest_seconds;
        wall["chain"] += segment.chain_seconds;
    }
    return wall;
}

}  // namespace

report::RunResult make_result(const BridgeOutcome& outcome, const RunFacts& facts) {
    const auto& state = outcome.state;
    report::RunResult result;
    result.job = state.terms.job;
    result.name = facts.spec.name;
    result.status = status_word(state.status);
    result.spec = facts.spec;
    result.spec_hash = state.terms.spec_hash;
    result.job_hash = state.terms.job_hash;
    result.chain_id = facts.chain_id;
    result.executors = static_cast<std::uint32_t>(state.executors.size());
    result.ranks_per_executor = facts.ranks_per_executor;
    result.initial_metric_bp = facts.initial_metric_bp;
    for (const auto& executor : state.executors) {
        result.executor_addresses.push_back(executor.address);
    }
    for (const auto& run : state.segments) {
        result.segments.push_back(segment_view(run));
        const auto* reveal = run.verdict ? opened_reveal(run, *run.verdict) : nullptr;
        if (reveal != nullptr) {
            result.rounds.insert(result.rounds.end(), reveal->trace.begin(), reveal->trace.end());
        }
        for (const auto& attempt : run.attempts) {
            add_attempt(result.timeline, state, run, attempt);
        }
    }
    result.faults_caught = faults_of(state);
    result.sellers = sellers_of(state, facts, result.rounds);
    result.payouts = payouts_of(state, result.sellers);
    result.escrow = state.terms.escrow;
    for (const auto& cost : outcome.costs) {
        result.gas.push_back({cost.call, cost.gas, cost.detail, cost.transaction, cost.block});
    }
    result.wall_seconds = wall_of(state, result.segments);
    result.contracts = facts.contracts;
    result.started_at = facts.started_at;
    result.machine = facts.machine;
    result.version = facts.version;
    return result;
}

}  // namespace cone::node
