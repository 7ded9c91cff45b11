// What follows from the board as it stands: the truth about a segment, the next block that matters, what somebody owns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>

#include "cone/play/board.hpp"

namespace cone::play {

/// The digest that the segment should get, after the verdicts before it.
[[nodiscard]] Hash32 right_verdict(const Board& board, std::uint32_t segment);
/// Nobody honest has the state behind a wrong digest, to go on from it.
[[nodiscard]] bool stands_on_truth(const Board& board, std::uint32_t segment);
/// The next block in which somebody may act; there always is one before the job is over.
[[nodiscard]] std::uint64_t next_event(const Board& board);
/// Stakes and credits.
[[nodiscard]] Wei wealth_of(const Till& till, const std::set<Address>& who);

}  // namespace cone::play
