// How a segment moves from attempt to attempt until the chain accepts a digest. Functions over the coordinator's state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/agreement/tally.hpp"
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
void fail(Step& step, const std::string& reason);

/// Draws the segment's order and starts its attempt 0. `previous` opens `previous_digest` (unused for segment 0).
void begin_segment(Step& step, SegmentIndex index, const Hash32& previous_digest, const hash::DigestOpening& previous);
/// The next, larger set; only its new members run. False when the pool is exhausted.
bool begin_attempt(Step& step, SegmentRun& run);

// What executors send.
void take_commitment(Step& step, std::size_t executor, const Commitment& commitment);
void take_reveal(Step& step, std::size_t executor, const Reveal& reveal);
/// Nobody waits any longer for this executor: in one segment, or (none given) in all.
void stop_waiting_for(Step& step, std::size_t executor, std::optional<SegmentIndex> segment);

// What the chain says.
void on_event(Step& step, const CommitmentsPosted& event);
void on_event(Step& step, const SegmentAccepted& event);
void on_event(Step& step, const SegmentUndecided& event);
void on_event(Step& step, const SegmentChallenged& event);

// What time brings.
void watch_deadlines(Step& step, SegmentRun& run);
void watch_windows(Step& step);

/// Votes of all attempts that were cast.
[[nodiscard]] agreement::Tally tally_of(const SegmentRun& run);
/// A reveal of a member that voted for `digest` and opened it; null when nobody did.
[[nodiscard]] const Reveal* opened_reveal(const SegmentRun& run, const Hash32& digest);

}  // namespace cone::node
