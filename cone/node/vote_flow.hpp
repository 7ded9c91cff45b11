// How votes come in and go out: the second half of an attempt. Functions over the coordinator's state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/agreement/tally.hpp"
#include "cone/node/segment_flow.hpp"

namespace cone::node {

/// Members may show their votes once nobody can commit any more: the next block is the first that takes votes.
void open_reveals(Step& step, SegmentRun& run);
void take_reveal(Step& step, std::size_t executor, const Reveal& reveal);
/// Proves to the chain that the member signed two different votes of the attempt.
void accuse(Step& step, SegmentIndex segment, AttemptIndex attempt, const MemberView& member);
/// Proves to the chain every vote for the segment's digest whose witness its opening does not give; none before the segment is Final,
/// and none that the chain has slashed for the attempt already.
void accuse_false_witnesses(Step& step, const SegmentRun& run);
/// Sends the newest attempt's votes to the chain when nobody is waited for any longer.
void cast_if_complete(Step& step, SegmentRun& run);

/// The newest attempt's votes came too late to be taken: what was begun on our own count of them is dropped.
void miss_window(Step& step, SegmentRun& run);

/// Votes of all attempts that were cast.
[[nodiscard]] agreement::Tally tally_of(const SegmentRun& run);
/// A reveal of a member that voted for `digest` and opened it, with the rounds that the opening binds where there is one that has
/// them; null when nobody opened it.
[[nodiscard]] const Reveal* opened_reveal(const SegmentRun& run, const Hash32& digest);

}  // namespace cone::node
