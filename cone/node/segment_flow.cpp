// Attempts: drawn, sealed, posted, revealed, cast. See coordinator_state.hpp for the phases.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/segment_flow.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/node/attempt.hpp"
#include "cone/node/rules.hpp"

namespace cone::node {
namespace {

std::optional<std::size_t> executor_number(const CoordinatorState& state, const Address& address) {
    for (std::size_t i = 0; i < state.executors.size(); ++i) {
        if (state.executors[i].standing != Standing::Unknown && state.executors[i].address == address) {
            return i;
        }
    }
    return std::nullopt;
}

std::string name_of(const SegmentRun& run, const Attempt& attempt) {
    return "segment " + std::to_string(run.index.value) + ", attempt " + std::to_string(attempt.number.value & 0xffff);
}

SegmentRun* run_of(CoordinatorState& state, SegmentIndex segment) {
    return segment.value < state.segments.size() ? &state.segments[segment.value] : nullptr;
}

/// The newest attempt of a segment, when it is the one named.
Attempt* attempt_of(CoordinatorState& state, SegmentIndex segment, AttemptIndex number) {
    SegmentRun* run = run_of(state, segment);
    return run != nullptr && !run->attempts.empty() && run->attempts.back().number == number ? &run->attempts.back() : nullptr;
}

VoteDomain domain_of(const CoordinatorState& state) {
    return {state.terms.domain_separator, state.terms.job};
}

void post_if_allowed(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    const bool stands = run.index.value == 0 || step.state.segments[run.index.value - 1].standing;
    if (attempt.phase == Phase::Sealed && stands) {
        attempt.phase = Phase::Posting;
        step.out.push_back(Submit{post_of(step.state.terms.job, run.index, attempt)});
    }
}

void seal_if_complete(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    if (attempt.phase != Phase::Training || awaits_anybody(attempt)) {
        return;
    }
    attempt.phase = Phase::Sealed;
    attempt.sealed = step.now;
    attempt.root = commitments_root(addresses_of(attempt), commitments_of(attempt));
    post_if_allowed(step, run);
}

/// Our own count says accepted: the next segment starts while the votes are still on their way into a block.
void run_ahead(Step& step, SegmentRun& run) {
    const auto tally = tally_of(run);
    const auto verdict =
        agreement::verdict({tally.standing(), step.state.terms.lead, tally.outstanding(run.attempts.back().number),
                            tally.members(), narrow<std::uint32_t>(run.order.size())});
    if (verdict != agreement::Verdict::Accepted || run.verdict) {
        return;
    }
    const Hash32 best = tally.standing().best;
    const Reveal* opened = opened_reveal(run, best);
    const SegmentIndex next = run.index.next();
    if (opened == nullptr || next.value >= step.state.terms.segments || next.value != step.state.segments.size()) {
        return;
    }
    run.expected = best;
    begin_segment(step, next, best, hash::DigestOpening(opened->opening));
}

void cast_if_complete(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    if (attempt.phase != Phase::Revealing || awaits_anybody(attempt) || step.state.head < attempt.not_before_head) {
        return;
    }
    attempt.phase = Phase::Cast;
    attempt.cast = step.now;
    auto cast = votes_of(step.state.terms.job, run.index, attempt);
    say(step, name_of(run, attempt) + ": " + std::to_string(cast.votes.size()) + " of " +
                  std::to_string(attempt.members.size()) + " votes");
    if (!cast.votes.empty()) {
        step.out.push_back(Submit{std::move(cast)});
    }
    run_ahead(step, run);
}

/// Members may show their votes once nobody can commit any more: the next block is the first that takes votes.
void open_reveals(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    attempt.phase = Phase::Revealing;
    attempt.revealed = step.now;
    attempt.deadline = {step.now + step.state.options.reveal_timeout};
    await_reveals(attempt, step.state.executors);
    const CommitmentsOnChain posted{run.index, attempt.number, attempt.root, addresses_of(attempt), commitments_of(attempt)};
    for (const auto& member : attempt.members) {
        if (member.executor && !member.commitment.is_zero()) {
            step.out.push_back(Tell{*member.executor, posted});
        }
    }
    cast_if_complete(step, run);
}

}  // namespace

void say(Step& step, std::string line) {
    step.out.push_back(Say{std::move(line)});
}

void fail(Step& step, const std::string& reason) {
    step.state.status = RunStatus::Failed;
    step.state.reason = reason;
    step.state.ended = step.now;
    say(step, "ALARM: " + reason);
}

agreement::Tally tally_of(const SegmentRun& run) {
    agreement::Tally tally;
    for (const auto& attempt : run.attempts) {
        CONE_ASSERT(tally.open(attempt.number, addresses_of(attempt)), "nobody is asked twice for a segment");
        for (const auto& member : attempt.members) {
            if (attempt.phase >= Phase::Cast && member.reveal) {
                (void)tally.count({attempt.number, member.address, member.reveal->digest, member.reveal->witness});
            }
        }
    }
    return tally;
}

const Reveal* opened_reveal(const SegmentRun& run, const Hash32& digest) {
    for (const auto& attempt : run.attempts) {
        for (const auto& member : attempt.members) {
            if (member.reveal && member.reveal->digest == digest && hash::segment_digest(member.reveal->opening) == digest) {
                return &*member.reveal;
            }
        }
    }
    return nullptr;
}

void begin_segment(Step& step, SegmentIndex index, const Hash32& previous_digest, const hash::DigestOpening& previous) {
    CONE_ASSERT(index.value == step.state.segments.size(), "segments begin in order");
    SegmentRun run;
    run.index = index;
    run.epoch = step.state.epoch;
    run.previous_digest = previous_digest;
    run.previous = previous;
    run.order = ticket_order(step.state.terms, index, previous_digest);
    run.started = step.now;
    step.state.segments.push_back(std::move(run));
    (void)begin_attempt(step, step.state.segments.back());
}

bool begin_attempt(Step& step, SegmentRun& run) {
    const auto index = narrow<std::uint32_t>(run.attempts.size());
    const std::uint32_t asked =
        index == 0 ? 0 : run.attempts.back().first_position + narrow<std::uint32_t>(run.attempts.back().members.size());
    const auto standing = tally_of(run).standing();
    const std::uint32_t size = set_size_after(step.state.terms, index, asked, standing.lead());
    if (size <= asked) {
        return false;
    }
    Attempt attempt;
    attempt.number = AttemptIndex((std::uint32_t{run.epoch} << 16) | index);
    attempt.first_position = asked;
    attempt.started = step.now;
    attempt.deadline = {step.now + step.state.options.segment_timeout};
    for (std::uint32_t position = asked; position < size; ++position) {
        MemberView member;
        member.address = run.order[position];
        member.executor = executor_number(step.state, member.address);
        member.awaited = member.executor && step.state.executors[*member.executor].available();
        if (member.awaited) {
            const RunSegment order{run.index, attempt.number, position, run.previous_digest, run.previous, standing.best};
            step.out.push_back(Tell{*member.executor, order});
        }
        attempt.members.push_back(std::move(member));
    }
    say(step, name_of(run, attempt) + ": " + std::to_string(attempt.members.size()) + " members run, " + std::to_string(size) +
                  " in the set");
    run.attempts.push_back(std::move(attempt));
    seal_if_complete(step, run);
    return true;
}

void take_commitment(Step& step, std::size_t executor, const Commitment& commitment) {
    Attempt* attempt = attempt_of(step.state, commitment.segment, commitment.attempt);
    MemberView* member = attempt == nullptr ? nullptr : member_of(*attempt, executor);
    if (member == nullptr || attempt->phase != Phase::Training || !member->commitment.is_zero()) {
        return;
    }
    member->commitment = commitment.commitment;
    member->committed_at = step.now;
    member->awaited = false;
    seal_if_complete(step, step.state.segments[commitment.segment.value]);
}

void take_reveal(Step& step, std::size_t executor, const Reveal& reveal) {
    SegmentRun* run = run_of(step.state, reveal.segment);
    if (run == nullptr) {
        return;
    }
    const auto at =
        std::find_if(run->attempts.begin(), run->attempts.end(), [&](const auto& a) { return a.number == reveal.attempt; });
    MemberView* member = at == run->attempts.end() ? nullptr : member_of(*at, executor);
    if (member == nullptr) {
        return;
    }
    const RevealOutcome outcome = take_reveal(*at, *member, domain_of(step.state), reveal, step.verifier);
    const std::string who = name_of(*run, *at) + ": executor " + std::to_string(executor);
    if (outcome.equivocates) {
        step.state.equivocations.push_back({member->address, reveal.segment});
        say(step, who + " signed two different votes");
        step.out.push_back(Submit{ProveEquivocation{step.state.terms.job, reveal.segment, reveal.attempt,
                                                    member->signed_votes[0], member->signed_votes[1]}});
    }
    if (outcome.verdict == RevealVerdict::TooLate) {
        say(step, who + " revealed too late");
    } else if (outcome.verdict == RevealVerdict::BadSignature) {
        say(step, who + " sent a vote it did not sign");
    } else if (outcome.verdict == RevealVerdict::Accepted && &*at == &run->attempts.back()) {
        cast_if_complete(step, *run);
    }
}

void stop_waiting_for(Step& step, std::size_t executor, std::optional<SegmentIndex> segment) {
    for (std::size_t i = 0; i < step.state.segments.size(); ++i) {
        SegmentRun& run = step.state.segments[i];
        if (run.attempts.empty() || (segment && run.index != *segment)) {
            continue;
        }
        if (MemberView* member = member_of(run.attempts.back(), executor)) {
            member->awaited = false;
        }
        seal_if_complete(step, run);
        cast_if_complete(step, step.state.segments[i]);
    }
}

void watch_deadlines(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    const bool waits = attempt.phase == Phase::Training || attempt.phase == Phase::Revealing;
    if (!waits || step.now < attempt.deadline.at) {
        return;
    }
    for (auto& member : attempt.members) {
        if (member.awaited) {
            member.awaited = false;
            step.state.executors[*member.executor].responsive = false;
            say(step, name_of(run, attempt) + ": executor " + std::to_string(*member.executor) +
                          (attempt.phase == Phase::Training ? " did not commit in time" : " did not reveal in time"));
        }
    }
    attempt.phase == Phase::Training ? seal_if_complete(step, run) : cast_if_complete(step, run);
}

void on_event(Step& step, const CommitmentsPosted& event) {
    const SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || run->epoch != event.attempt.value >> 16) {
        return;  // of a segment that a flipped verdict threw away
    }
    Attempt* attempt = attempt_of(step.state, event.segment, event.attempt);
    if (attempt == nullptr || attempt->phase != Phase::Posting || attempt->root != event.root) {
        fail(step, "the chain shows commitments for segment " + std::to_string(event.segment.value) +
                       " that this bridge did not post");
        return;
    }
    attempt->phase = Phase::OnChain;
    attempt->reveal_from_block = event.reveal_from_block;
    attempt->reveal_until_block = event.reveal_until_block;
}

void on_event(Step& step, const SegmentUndecided& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || run->attempts.empty()) {
        return;
    }
    run->attempts.back().phase = Phase::Decided;
    run->attempts.back().decided = step.now;
    if (run->expected) {
        fail(step, "segment " + std::to_string(event.segment.value) + ": the chain is undecided, our count accepts " +
                       to_hex(*run->expected));
    } else if (!begin_attempt(step, *run)) {
        say(step, "segment " + std::to_string(event.segment.value) + ": the pool is exhausted");
    }
}

/// Block windows of the newest attempt of every segment.
void watch_windows(Step& step) {
    for (std::size_t i = 0; i < step.state.segments.size(); ++i) {
        Attempt& attempt = step.state.segments[i].attempts.back();
        if (attempt.phase == Phase::OnChain && step.state.head + 1 >= attempt.reveal_from_block) {
            open_reveals(step, step.state.segments[i]);
        } else if (attempt.phase == Phase::Sealed) {
            post_if_allowed(step, step.state.segments[i]);
        } else if (attempt.phase == Phase::Revealing) {
            cast_if_complete(step, step.state.segments[i]);
        } else if (attempt.phase == Phase::Cast && !attempt.close_submitted && step.state.head >= attempt.reveal_until_block &&
                   step.state.head >= attempt.not_before_head) {
            attempt.close_submitted = true;
            step.out.push_back(Submit{CloseAttempt{step.state.terms.job, step.state.segments[i].index}});
        }
    }
}

/// Later segments were built on this one: they go on when the verdict is what they started from.
void on_event(Step& step, const SegmentAccepted& event) {
    SegmentRun* run = run_of(step.state, event.segment);
    if (run == nullptr || run->attempts.empty()) {
        fail(step, "the chain accepted segment " + std::to_string(event.segment.value) + ", which this bridge did not run");
        return;
    }
    const bool flipped = run->verdict && *run->verdict != event.digest;
    if (run->expected && *run->expected != event.digest) {
        fail(step, "segment " + std::to_string(event.segment.value) + ": the chain accepted " + to_hex(event.digest) +
                       ", our count says " + to_hex(*run->expected));
        return;
    }
    const Reveal* opened = opened_reveal(*run, event.digest);
    if (opened == nullptr) {
        fail(step,
             "segment " + std::to_string(event.segment.value) + ": nobody opened the accepted digest " + to_hex(event.digest));
        return;
    }
    const hash::DigestOpening opening = opened->opening;
    run->attempts.back().phase = Phase::Decided;
    run->attempts.back().decided = run->decided = step.now;
    run->verdict = run->expected = event.digest;
    run->standing = true;
    run->finalize_submitted = false;
    run->final_from_block = event.final_from_block;
    say(step, "segment " + std::to_string(event.segment.value) + ": accepted " + to_hex(event.digest).substr(0, 18));
    for (std::size_t i = 0; i < step.state.executors.size(); ++i) {
        if (step.state.executors[i].standing == Standing::Joined) {
            step.out.push_back(Tell{i, SegmentAgreed{event.segment, event.digest}});
        }
    }
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
