// Goes on where the chain stands: a bridge that was started again replays what the contracts logged and takes its attempts over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/segment_flow.hpp"

namespace cone::node {

/// Begins the run. The state after the past's events follows from the terms, those events and, for what the chain holds as hashes
/// only, the past's lists and reveals; then every newest attempt is asked, opened, cast or closed as its phase wants. Members that
/// committed already say the same again, so a job without a past is the special case of an empty one.
void resume(Step& step);

/// Books an event; those that left the chain are forgotten, and with the next head a run in progress starts over from what stands.
void remember(CoordinatorState& state, const ChainEvent& event);
/// Begins the run anew with the same executors: what was concluded from events that left the chain is forgotten.
void start_over(Step& step);

/// Takes over an attempt that the chain shows and this life did not post: its commitments are a list that gives the root, its votes
/// the reveals that open them. False when no list is at hand; nothing is changed then.
[[nodiscard]] bool adopt(Step& step, Attempt& attempt, const CommitmentsPosted& posted);

/// Votes shown to earlier lives, each checked as if it came now; those that are filed already change nothing.
void file_past_reveals(const Step& step, Attempt& attempt, SegmentIndex segment);

}  // namespace cone::node
