// What the chain says of segments: commitments posted, votes counted, verdicts, challenges.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cone/node/attempt.hpp"
#include "cone/node/resume.hpp"
#include "cone/node/segment_flow.hpp"
#include "cone/node/settlement_flow.hpp"
#include "cone/node/vote_flow.hpp"

namespace cone::node {
namespace {

void on_event(Step& step, const ExecutorSlashed& event) {
    say(step, "slashed " + to_hex(event.executor) + ": " + to_string(event.amount) + " wei");
}
void on_event(Step& step, const JobVoided& event) {
    step.state.status = RunStatus::Void;
    step.state.reason = event.reason;
    step.state.ended = step.now;
}
void on_event(Step& step, const ActionRefused& event) {
    on_refusal(step, event);
}
void on_event(Step&, const BlocksReverted&) {}  // dealt with before it gets here

}  // namespace

/// Money is booked whatever the run's status: credits and slashes may come in the same block as the end.
void take_event(Step& step, const ChainEvent& event) {
    if (const auto* slashed = std::get_if<ExecutorSlashed>(&event.body)) {
        step.state.slashes.push_back({*slashed, event.block});
    }
    const bool books = std::holds_alternative<CreditAdded>(event.body) || std::holds_alternative<ExecutorSlashed>(event.body);
    const bool running = step.state.status == RunStatus::Joining || step.state.status == RunStatus::Running;
    if (books || running) {
        std::visit([&](const auto& body) { on_event(step, body); }, event.body);
    }
}

void on_event(Step& step, const CommitmentsPosted& event) {
    const SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || run->epoch != event.attempt.value >> 16) {
        return;  // of a segment that a flipped verdict threw away
    }
    Attempt* attempt = attempt_of(step.state, event.segment, event.attempt);
    const bool ours = attempt != nullptr && (attempt->phase == Phase::Posting || attempt->phase == Phase::Sealed);
    const bool known = ours && attempt->root == event.root;
    if (!known && (attempt == nullptr || !adopt(step, *attempt, event))) {
        fail(step, "the chain shows commitments for segment " + std::to_string(event.segment.value) +
                       " that this bridge did not post");
        return;
    }
    say(step, name_of(*run, *attempt) + ": commitments are in a block");
    attempt->phase = Phase::OnChain;
    if (known) {
        file_past_reveals(step, *attempt, event.segment);  // shown before blocks left the chain
    }
    attempt->reveal_from_block = event.reveal_from_block;
    attempt->reveal_until_block = event.reveal_until_block;
    tell_root(step, *run);
}

/// From here on its vote opens this. A vote that was shown before (to an earlier life of the bridge) is looked at again.
void on_event(Step& step, const CommittedDirectly& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    Attempt* attempt = attempt_of(step.state, event.segment, event.attempt);
    MemberView* member = attempt == nullptr ? nullptr : member_at(*attempt, event.executor);
    if (member == nullptr) {
        return;
    }
    say(step, name_of(*run, *attempt) + ": " + to_hex(event.executor) + " committed by itself");
    member->direct = event.commitment;
    if (attempt->adopted) {
        file_past_reveals(step, *attempt, event.segment);
    }
}

/// A late vote is the member's vote from here on; the others were taken for counted when they were cast.
void on_event(Step& step, const VoteCounted& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr) {
        return;
    }
    for (auto& attempt : run->attempts) {
        MemberView* member = attempt.number == event.attempt ? member_at(attempt, event.executor) : nullptr;
        if (member == nullptr) {
            continue;
        }
        member->counted = event;
        if (member->late_reveal && !member->reveal) {
            member->reveal = std::exchange(member->late_reveal, std::nullopt);
        }
    }
}

void on_event(Step& step, const SegmentUndecided& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    Attempt* attempt = attempt_of(step.state, event.segment, event.attempt);
    if (attempt == nullptr) {
        return;  // decided already, or of a segment that a flipped verdict threw away
    }
    attempt->phase = Phase::Decided;
    attempt->decided = step.now;
    if (run->expected) {
        fail(step, "segment " + std::to_string(event.segment.value) + ": the chain is undecided, our count accepts " +
                       to_hex(*run->expected));
    } else if (!begin_attempt(step, *run)) {
        run->exhausted = true;
        say(step, "segment " + std::to_string(event.segment.value) + ": the pool is exhausted");
    }
}

/// Books the verdict and tells everybody who takes part.
void take_verdict(Step& step, SegmentRun& run, const SegmentAccepted& event) {
    run.attempts.back().phase = Phase::Decided;
    run.attempts.back().decided = run.decided = step.now;
    run.verdict = run.expected = event.digest;
    run.standing = true;
    run.finalize_submitted = false;
    run.final_from_block = event.final_from_block;
    say(step, "segment " + std::to_string(event.segment.value) + ": accepted " + to_hex(event.digest).substr(0, 18));
    for (std::size_t i = 0; i < step.state.executors.size(); ++i) {
        if (step.state.executors[i].standing == Standing::Joined) {
            tell(step, i, SegmentAgreed{event.segment, event.digest});
        }
    }
}

/// Later segments were built on this one: they go on when the verdict is what they started from.
void on_event(Step& step, const SegmentAccepted& event) {
    const std::string name = "segment " + std::to_string(event.segment.value);
    SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || run->attempts.empty()) {
        fail(step, "the chain accepted " + name + ", which this bridge did not run");
        return;
    }
    if (run->expected && *run->expected != event.digest) {
        fail(step, name + ": the chain accepted " + to_hex(event.digest) + ", our count says " + to_hex(*run->expected));
        return;
    }
    const Reveal* opened = opened_reveal(*run, event.digest);
    if (opened == nullptr) {
        fail(step, name + ": nobody opened the accepted digest " + to_hex(event.digest));
        return;
    }
    const hash::SealedOpening opening = hash::seal(opened->opening);
    const bool flipped = run->verdict && *run->verdict != event.digest;
    take_verdict(step, *run, event);
    const SegmentIndex next = event.segment.next();
    if (flipped) {
        ++step.state.epoch;
        step.state.segments.resize(next.value);
    }
    if (next.value < step.state.segments.size()) {
        post_if_allowed(step, step.state.segments[next.value]);
    } else if (next.value < step.state.terms.segments) {
        begin_segment(step, next, event.digest, opening);
    }
}

void on_event(Step& step, const SegmentChallenged& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || !run->standing) {
        return;
    }
    run->standing = false;
    ++run->challenges;
    run->expected.reset();
    say(step, "segment " + std::to_string(event.segment.value) + ": challenged by " + to_hex(event.challenger));
    (void)begin_attempt(step, *run);
}

}  // namespace cone::node
