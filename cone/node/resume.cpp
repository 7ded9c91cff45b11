// Replays the past through the same rules as the present, with its orders thrown away: they were carried out, or are given anew.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/resume.hpp"

#include <algorithm>
#include <utility>

#include "cone/node/attempt.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

/// Under the root, in the order of the members; nothing when nobody kept them.
std::optional<std::vector<Hash32>> commitments_under(const CoordinatorState& state, const Attempt& attempt,
                                                     const CommitmentsPosted& posted) {
    const std::vector<Address> members = addresses_of(attempt);
    for (const auto& list : state.past.lists) {
        const bool whole = list.members == members && list.commitments.size() == members.size();
        if (list.root == posted.root && whole && commitments_root(members, list.commitments) == posted.root) {
            return list.commitments;
        }
    }
    std::vector<Hash32> told(members.size());
    for (const auto& [executor, commitment] : state.past.commitments) {
        const auto at = std::find(members.begin(), members.end(), state.executors[executor].address);
        if (commitment.segment == posted.segment && commitment.attempt == posted.attempt && at != members.end()) {
            told[static_cast<std::size_t>(at - members.begin())] = commitment.commitment;
        }
    }
    return commitments_root(members, told) == posted.root ? std::optional(std::move(told)) : std::nullopt;
}

/// Reveals that were shown in earlier lives; each is checked as if it came now.
void file_reveals(const Step& step, Attempt& attempt, SegmentIndex segment) {
    const VoteDomain domain{step.state.terms.domain_separator, step.state.terms.job};
    for (const auto& reveal : step.state.past.reveals) {
        if (reveal.segment != segment || reveal.attempt != attempt.number) {
            continue;
        }
        const auto signer = step.verifier.recover(domain.separator, domain.job, reveal.segment, reveal.attempt, reveal.digest,
                                                  reveal.witness, reveal.signature);
        if (MemberView* member = signer ? member_at(attempt, *signer) : nullptr) {
            (void)take_reveal(attempt, *member, domain, reveal, step.verifier);
        }
    }
}

/// Refusals were of calls of an earlier life; a segment that became Final calls for nothing that is not looked at anew.
void replay(Step& past, const ChainEvent& event) {
    if (const auto* final = std::get_if<SegmentFinal>(&event.body)) {
        if (SegmentRun* run = run_of(past.state, final->segment)) {
            run->is_final = true;
        }
    } else if (!std::holds_alternative<ActionRefused>(event.body)) {
        take_event(past, event);
    }
}

bool is_proven(const CoordinatorState& state, const SegmentRun& run, const MemberView& member) {
    return std::any_of(state.slashes.begin(), state.slashes.end(), [&](const SlashSeen& slash) {
        return slash.event.executor == member.address && slash.event.segment == run.index &&
               slash.event.fault == ChainFault::Equivocation;
    });
}

void accuse_again(Step& step, const SegmentRun& run) {
    for (const auto& attempt : run.attempts) {
        for (const auto& member : attempt.members) {
            if (member.signed_votes.size() >= 2 && !is_proven(step.state, run, member)) {
                accuse(step, run.index, attempt.number, member);
            }
        }
    }
}

/// Windows and verdicts bring the rest about; only what nobody has been told in this life has to be said here.
void go_on(Step& step, SegmentRun& run) {
    run.finalize_submitted = false;
    accuse_again(step, run);
    accuse_false_witnesses(step, run);
    Attempt& attempt = run.attempts.back();
    if (attempt.phase < Phase::OnChain) {
        attempt.phase = Phase::Training;
        ask_members(step, run);
    }
    tell_root(step, run);
}

void go_on_everywhere(Step& step) {
    for (std::size_t i = 0; i < step.state.segments.size() && step.state.status == RunStatus::Running; ++i) {
        go_on(step, step.state.segments[i]);
    }
    if (step.state.payroll) {
        step.state.payroll->submitted = false;
    }
}

/// Returns the orders that were carried out when the events were news.
Actions replay_all(const Step& step) {
    Actions done;
    Step past{step.state, step.verifier, step.now, done};
    begin_segment(past, SegmentIndex(0), step.state.terms.job_hash, {});
    for (const auto& event : step.state.past.events) {
        replay(past, event);
    }
    return done;
}

}  // namespace

bool adopt(Step& step, Attempt& attempt, const CommitmentsPosted& posted) {
    const auto commitments = commitments_under(step.state, attempt, posted);
    if (!commitments || attempt.phase >= Phase::OnChain) {
        return false;
    }
    for (std::size_t i = 0; i < attempt.members.size(); ++i) {
        attempt.members[i].commitment = (*commitments)[i];
        attempt.members[i].awaited = false;
    }
    attempt.root = posted.root;
    attempt.adopted = true;
    attempt.sealed = step.now;  // when it was, nobody knows any more
    attempt.phase = Phase::OnChain;
    file_past_reveals(step, attempt, posted.segment);
    return true;
}

void file_past_reveals(const Step& step, Attempt& attempt, SegmentIndex segment) {
    const Phase now = std::exchange(attempt.phase, Phase::Revealing);
    file_reveals(step, attempt, segment);
    attempt.phase = now;
}

void remember(CoordinatorState& state, const ChainEvent& event) {
    auto& events = state.past.events;
    if (std::holds_alternative<BlocksReverted>(event.body)) {
        std::erase_if(events, [&](const auto& known) { return known.block >= event.block; });
        state.past.changed = state.status == RunStatus::Running;
    } else if (!std::holds_alternative<ActionRefused>(event.body)) {
        events.push_back(event);
    }
}

void start_over(Step& step) {
    CoordinatorState& state = step.state;
    say(step, "blocks left the chain: going on from the " + std::to_string(state.past.events.size()) + " events that stand");
    state.epoch = 0;
    state.segments.clear();
    state.settle_submitted = false;
    state.final_metric_bp = 0;
    state.slashes.clear();
    state.equivocations.clear();
    state.credits.clear();
    state.payroll.reset();
    (void)replay_all(step);
    go_on_everywhere(step);
}

void resume(Step& step) {
    Actions done = replay_all(step);
    const bool fresh = step.state.segments.size() == 1 && step.state.segments[0].attempts.size() == 1 &&
                       step.state.segments[0].attempts[0].phase < Phase::OnChain;
    if (!fresh) {
        say(step, "going on after " + std::to_string(step.state.past.events.size()) + " events of this job");
    }
    for (auto& action : done) {
        if (std::holds_alternative<Say>(action)) {
            step.out.push_back(std::move(action));
        }
    }
    go_on_everywhere(step);
}

}  // namespace cone::node
