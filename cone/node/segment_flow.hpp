// How a segment moves from attempt to attempt until the chain accepts a digest. Functions over the coordinator's state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/coordinator.hpp"

namespace cone::node {

/// What every step works on.
struct Step {
    CoordinatorState& state;
    const VoteVerifier& verifier;
    Millis now;
    Actions& out;
};

void say(Step& step, std::string line);
void tell(Step& step, std::size_t executor, ToExecutor message);
void fail(Step& step, const std::string& reason);
/// Writes it into the notebook, and holds it for the case that the past has to be read again.
void keep(Step& step, Note note);

/// Draws the segment's order and starts its attempt 0. `previous` opens `previous_digest` (unused for segment 0).
void begin_segment(Step& step, SegmentIndex index, const Hash32& previous_digest, const hash::SealedOpening& previous);
/// The next, larger set; only its new members run. False when the pool is exhausted.
bool begin_attempt(Step& step, SegmentRun& run);
/// Tells the newest attempt's members to run; who is available is waited for. Seals when there is nobody.
void ask_members(Step& step, SegmentRun& run);

/// Posts the newest attempt's commitments when it is sealed and the segment before stands.
void post_if_allowed(Step& step, SegmentRun& run);

/// While commitments are taken: what stands under the root, so that who is missing can commit by itself.
void tell_root(Step& step, const SegmentRun& run);

/// Null for a segment that has not begun.
[[nodiscard]] SegmentRun* run_of(CoordinatorState& state, SegmentIndex segment);
/// The newest attempt of a segment, when it is the one named.
[[nodiscard]] Attempt* attempt_of(CoordinatorState& state, SegmentIndex segment, AttemptIndex number);
/// "segment 1, attempt 0", for people.
[[nodiscard]] std::string name_of(const SegmentRun& run, const Attempt& attempt);

void take_commitment(Step& step, std::size_t executor, const Commitment& commitment);
/// Nobody waits any longer for this executor: in one segment, or (none given) in all.
void stop_waiting_for(Step& step, std::size_t executor, std::optional<SegmentIndex> segment);

// What the chain says.
void take_event(Step& step, const ChainEvent& event);
void on_event(Step& step, const CommitmentsPosted& event);
void on_event(Step& step, const CommittedDirectly& event);
void on_event(Step& step, const VoteCounted& event);
void on_event(Step& step, const SegmentAccepted& event);
void on_event(Step& step, const SegmentUndecided& event);
void on_event(Step& step, const SegmentChallenged& event);

/// An executor that missed a deadline is heard of again: it is waited for where it was asked and has not answered.
void wait_again_for(Step& step, std::size_t executor);

// What time brings.
void watch_deadlines(Step& step, SegmentRun& run);
void watch_windows(Step& step);

}  // namespace cone::node
