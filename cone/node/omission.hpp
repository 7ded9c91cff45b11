// Whether the lists posted for a job are the draw of the job's pool, and the proof against the first that is not. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "cone/node/chain.hpp"

namespace cone::node {

/// An attempt's members, in the order in which the board logged them.
struct PostedAttempt {
    AttemptIndex attempt;  ///< epoch * 65536 + index
    std::vector<Address> members;
    bool operator==(const PostedAttempt&) const = default;
};

/// A segment's record, and every list that was posted for it.
struct PostedSegment {
    SegmentIndex segment;
    Hash32 previous;                     ///< the digest that its tickets are made from
    std::uint16_t epoch = 0;             ///< of its present record: lists of another one are no longer there to the board
    std::uint16_t attempts = 0;          ///< of this epoch
    std::uint64_t final_from_block = 0;  ///< first block in which it can become Final; 0: not accepted yet
    std::vector<PostedAttempt> lists;
    bool operator==(const PostedSegment&) const = default;
};

/// A job's lists as of one block.
struct PostedDraws {
    bool job_runs = false;
    std::uint32_t finalized = 0;  ///< segments that are Final: the first ones
    std::uint32_t accepted = 0;   ///< segments with a verdict; what was posted behind the next one fell with an earlier verdict
    std::vector<PostedSegment> segments;
    bool operator==(const PostedDraws&) const = default;
};

/// The first executor of the pool, in ticket order, that a list passed over although it names a later one. Nothing for the draw itself, and
/// nothing behind a list that was not seen or a member that the board cannot have taken (outside the pool, or out of order). Who comes after the last member was not left out. Throws ChainError when the pool names an executor twice.
[[nodiscard]] std::optional<ProveOmission> omission_in(const JobTerms& terms, const PostedSegment& segment);

/// The attempts that proofs were sent against.
using Accused = std::set<std::pair<SegmentIndex, AttemptIndex>>;

/// The proof that is due now: the board takes one for a running job, and none for a segment
/// that is Final or whose beginning is not known. One is enough: it ends the job.
[[nodiscard]] std::optional<ProveOmission> due_omission(const JobTerms& terms, const PostedDraws& posted,
                                                        const Accused& accused);

}  // namespace cone::node
