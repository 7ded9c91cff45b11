// From accepted to paid: finalising segments in order, settling with the last digest's opening, and calls the chain refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/settlement_flow.hpp"

#include <algorithm>
#include <utility>

#include "cone/base/ids.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

constexpr std::uint32_t kPaidAtOnce = 64;  // Settlement.MAX_AT_ONCE
constexpr auto kExecutorRole = "executor";

/// What opens the last digest for the contract: the reveal's accesses must be the ones its opening commits to.
const Reveal* settling_reveal(const SegmentRun& run) {
    for (const auto& attempt : run.attempts) {
        for (const auto& member : attempt.members) {
            const bool opens =
                member.reveal && member.reveal->digest == run.verdict && !member.reveal->trace.empty() &&
                hash::segment_digest(member.reveal->opening) == *run.verdict &&
                hash::accesses_root(member.reveal->trace.back().accesses) == member.reveal->opening.accesses_root;
            if (opens) {
                return &*member.reveal;
            }
        }
    }
    return nullptr;
}

std::vector<std::vector<Address>> members_of(const SegmentRun& run) {
    std::vector<std::vector<Address>> members;
    for (const auto& attempt : run.attempts) {
        auto& own = members.emplace_back();
        for (const auto& member : attempt.members) {
            own.push_back(member.address);
        }
    }
    return members;
}

void submit_finalize(Step& step, const SegmentRun& run) {
    ChainAction action(std::in_place_type<Finalize>, Finalize{step.state.terms.job, run.index, members_of(run)});
    step.out.emplace_back(std::in_place_type<Submit>, Submit{std::move(action)});
}

/// Nobody is owed anything any more: the run is over.
void end_when_paid(Step& step) {
    Wei paid;
    for (const auto& credit : step.state.credits) {
        paid += credit.role == kExecutorRole ? credit.amount : Wei{};
    }
    if (paid >= step.state.payroll->total) {
        step.state.status = step.state.payroll->ending;
        step.state.ended = step.now;
        step.state.payroll.reset();
    }
}

void settle(Step& step) {
    const SegmentRun& last = step.state.segments.back();
    const Reveal* opened = settling_reveal(last);
    if (opened == nullptr) {
        fail(step, "nobody showed the accesses that the last digest commits to");
        return;
    }
    step.state.settle_submitted = true;
    const auto& opening = opened->opening;
    const JobTerms& terms = step.state.terms;
    std::vector<Hash32> shards;
    for (const auto& seller : terms.sellers) {
        shards.push_back(seller.shard_root);
    }
    ChainAction action(std::in_place_type<Settle>,
                       Settle{terms.job, opening.previous_digest, opening.state_root, opening.osmd_root, opening.metric_bp,
                              opened->trace.back().accesses, opening.trace_root, terms.spec_hash, std::move(shards)});
    step.out.emplace_back(std::in_place_type<Submit>, Submit{std::move(action)});
}

}  // namespace

void watch_finality(Step& step) {
    for (auto& run : step.state.segments) {
        if (run.is_final) {
            continue;
        }
        const bool due = run.standing && !run.finalize_submitted && step.state.head + 1 >= run.final_from_block &&
                         step.state.head >= run.not_before_head;
        if (due) {
            run.finalize_submitted = true;
            submit_finalize(step, run);
        }
        return;  // in order: the next one waits for this one
    }
    if (step.state.segments.size() == step.state.terms.segments && !step.state.settle_submitted) {
        settle(step);
    }
}

/// The chain voids the job by itself unless the segment before was still to become final: then somebody must ask for it.
void watch_exhaustion(Step& step) {
    auto& runs = step.state.segments;
    for (std::size_t i = 1; i < runs.size(); ++i) {
        const bool due =
            runs[i].exhausted && !runs[i].void_submitted && runs[i - 1].is_final && step.state.head >= runs[i].not_before_head;
        if (due) {
            runs[i].void_submitted = true;
            step.out.push_back(Submit{VoidExhausted{step.state.terms.job, runs[i].index}});
        }
    }
}

/// The settlement credits its executors before it is logged; those that it does not, one portion after the other.
void on_event(Step& step, const JobSettled& event) {
    step.state.final_metric_bp = event.metric_bp;
    step.state.settle_submitted = true;
    step.state.payroll = Payroll{event.met ? RunStatus::Settled : RunStatus::Unmet, event.executors_wei};
    end_when_paid(step);
}

void on_event(Step& step, const CreditAdded& event) {
    step.state.credits.push_back(event);
    if (step.state.payroll && event.role == kExecutorRole) {
        step.state.payroll->submitted = false;
        end_when_paid(step);
    }
}

void watch_payroll(Step& step) {
    auto& payroll = step.state.payroll;
    if (payroll && !payroll->submitted && step.state.head >= payroll->not_before_head) {
        payroll->submitted = true;
        const auto paid = std::count_if(step.state.credits.begin(), step.state.credits.end(),
                                        [](const auto& credit) { return credit.role == kExecutorRole; });
        step.out.push_back(Submit{PayExecutors{step.state.terms.job, narrow<std::uint32_t>(paid), kPaidAtOnce}});
    }
}

void on_event(Step& step, const SegmentFinal& event) {
    if (event.segment.value < step.state.segments.size()) {
        SegmentRun& run = step.state.segments[event.segment.value];
        run.is_final = true;
        accuse_false_witnesses(step, run);
        watch_finality(step);
    }
}

namespace {

/// The newest attempt's next step is tried again above the present head.
void try_again(const Step& step, Attempt& attempt, Phase from, Phase to) {
    if (attempt.phase == from) {
        attempt.phase = to;
        attempt.not_before_head = step.state.head + 1;
    }
}

}  // namespace

/// Calls that came too early are tried again in a later block; so are votes while their window is open, and those that a call of an earlier life came before, until its
/// event is read. A proof against a member may lose a race (AlreadyProven); the rest ends the run.
void on_refusal(Step& step, const ActionRefused& event) {
    say(step, "the chain refused " + event.action + ": " + event.reason);
    SegmentRun* run = run_of(step.state, event.segment);
    const auto named = [&](const char* error) { return event.reason.find(error) != std::string::npos; };
    const bool over = named("NotRunning") || named("JobRefuses");
    if (event.action == "Finalize" && run != nullptr && !over) {
        run->finalize_submitted = false;
        run->not_before_head = step.state.head + 1;
    } else if (event.action == "VoidExhausted" && run != nullptr && !over) {
        run->void_submitted = false;
        run->not_before_head = step.state.head + 1;
    } else if (event.action == "CloseAttempt" && run != nullptr && !over) {
        run->attempts.back().close_submitted = false;
        run->attempts.back().not_before_head = step.state.head + 1;
    } else if (event.action == "CastVotes" && run != nullptr && !named("bridge.mode")) {
        const bool closed = named("RevealWindowClosed") || step.state.head >= run->attempts.back().reveal_until_block;
        // Who is not heard is slashed: while the window is open, it is tried again.
        closed ? miss_window(step, *run) : try_again(step, run->attempts.back(), Phase::Cast, Phase::Revealing);
    } else if (event.action == "PayExecutors" && step.state.payroll) {
        step.state.payroll->submitted = false;  // paid by somebody else: their credits are on the way
        step.state.payroll->not_before_head = step.state.head + 1;
    } else if (event.action == "PostCommitments" && run == nullptr) {
        return;  // of a segment that a flipped verdict threw away
    } else if (event.action == "PostCommitments" &&
               (named("PreviousNotAccepted") || named("SegmentRefuses") || named("WrongAttempt"))) {
        try_again(step, run->attempts.back(), Phase::Posting, Phase::Sealed);
    } else if (event.action == "PostCommitments" || (event.action == "Settle" && !over)) {
        fail(step, "the chain refused " + event.action + ": " + event.reason);
    }
}

}  // namespace cone::node
