// Attempts: drawn, trained, sealed, posted; and what time brings them. See coordinator_state.hpp for the phases.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/segment_flow.hpp"

#include "cone/base/errors.hpp"
#include "cone/node/attempt.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote_flow.hpp"

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

}  // namespace

void say(Step& step, std::string line) {
    step.out.push_back(Say{std::move(line)});
}

void tell(Step& step, std::size_t executor, ToExecutor message) {
    step.out.emplace_back(std::in_place_type<Tell>, executor, std::move(message));
}

void fail(Step& step, const std::string& reason) {
    step.state.status = RunStatus::Failed;
    step.state.reason = reason;
    step.state.ended = step.now;
    say(step, "ALARM: " + reason);
}

void keep(Step& step, Note note) {
    if (const auto* list = std::get_if<CommitmentsOnChain>(&note)) {
        step.state.past.lists.push_back(*list);
    } else {
        step.state.past.reveals.push_back(std::get<Reveal>(note));
    }
    step.out.emplace_back(std::in_place_type<Keep>, std::move(note));
}

std::string name_of(const SegmentRun& run, const Attempt& attempt) {
    return "segment " + std::to_string(run.index.value) + ", attempt " + std::to_string(attempt.number.value & 0xffff);
}

SegmentRun* run_of(CoordinatorState& state, SegmentIndex segment) {
    return segment.value < state.segments.size() ? &state.segments[segment.value] : nullptr;
}

Attempt* attempt_of(CoordinatorState& state, SegmentIndex segment, AttemptIndex number) {
    SegmentRun* run = run_of(state, segment);
    return run != nullptr && !run->attempts.empty() && run->attempts.back().number == number ? &run->attempts.back() : nullptr;
}

void post_if_allowed(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    const bool stands = run.index.value == 0 || step.state.segments[run.index.value - 1].standing;
    if (attempt.phase == Phase::Sealed && stands && step.state.head >= attempt.not_before_head) {
        attempt.phase = Phase::Posting;
        keep(step, list_of(run.index, attempt));
        step.out.push_back(Submit{post_of(step.state.terms.job, run.index, attempt)});
    }
}

void tell_root(Step& step, const SegmentRun& run) {
    const Attempt& attempt = run.attempts.back();
    if (attempt.phase != Phase::OnChain || step.state.head + 2 >= attempt.reveal_from_block) {
        return;  // the next look opens the reveals, and tells the same
    }
    for (const auto& member : attempt.members) {
        if (member.executor) {
            tell(step, *member.executor, RootPosted{list_of(run.index, attempt)});
        }
    }
}

void begin_segment(Step& step, SegmentIndex index, const Hash32& previous_digest, const hash::SealedOpening& previous) {
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
    const std::uint32_t size = set_size_after(step.state.terms, index, asked, tally_of(run).standing().lead());
    if (size <= asked) {
        return false;
    }
    Attempt attempt;
    attempt.number = AttemptIndex((std::uint32_t{run.epoch} << 16) | index);
    attempt.first_position = asked;
    attempt.started = step.now;
    attempt.deadline = {step.now + step.state.options.segment_timeout};
    for (std::uint32_t position = asked; position < size; ++position) {
        MemberView& member = attempt.members.emplace_back();
        member.address = run.order[position];
        member.executor = executor_number(step.state, member.address);
    }
    say(step, name_of(run, attempt) + ": " + std::to_string(attempt.members.size()) + " members run, " + std::to_string(size) +
                  " in the set");
    run.attempts.push_back(std::move(attempt));
    ask_members(step, run);
    return true;
}

void ask_members(Step& step, SegmentRun& run) {
    Attempt& attempt = run.attempts.back();
    const Hash32 leading = tally_of(run).standing().best;
    std::uint32_t position = attempt.first_position;
    for (auto& member : attempt.members) {
        const ExecutorView* executor = member.executor ? &step.state.executors[*member.executor] : nullptr;
        member.awaited = executor != nullptr && executor->available();
        if (executor != nullptr && executor->standing == Standing::Joined) {
            tell(step, *member.executor,
                 RunSegment{run.index, attempt.number, position, run.previous_digest, run.previous, leading});
        }
        ++position;
    }
    seal_if_complete(step, run);
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

void wait_again_for(Step& step, std::size_t executor) {
    for (auto& run : step.state.segments) {
        MemberView* member = run.attempts.empty() ? nullptr : member_of(run.attempts.back(), executor);
        if (member != nullptr && run.attempts.back().phase == Phase::Training && member->commitment.is_zero()) {
            member->awaited = true;
        }
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
            step.out.push_back(Submit{CloseAttempt{step.state.terms.job, step.state.segments[i].index, attempt.number}});
        }
    }
}

}  // namespace cone::node
