// What a member of an attempt votes, and when it brings it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/play/strategy.hpp"

namespace cone::play {

/// Votes that wait for their block.
struct Plan {
    std::vector<agreement::Vote> first;  ///< block of the window
    std::vector<agreement::Vote> last;
    std::vector<agreement::Vote> after;  ///< too late
    std::vector<Address> twice;          ///< who signed another vote
};

/// The vote of a member that does `deed`; one that copies or stays silent has none.
[[nodiscard]] agreement::Vote vote_of(const Board& board, const Attempt& attempt, std::uint32_t segment, const Address& who,
                                      Deed deed);

}  // namespace cone::play
