// Reads the board, changes nothing.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/outlook.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/play/strategy.hpp"

namespace cone::play {

using job::SegmentState;

Hash32 right_verdict(const Board& board, std::uint32_t segment) {
    return right_digest(board.terms(), segment, board.previous_of(segment));
}

bool stands_on_truth(const Board& board, std::uint32_t segment) {
    for (std::uint32_t before = 0; before < segment; ++before) {
        if (*board.verdict_of(before) != right_verdict(board, before)) {
            return false;
        }
    }
    return true;
}

std::uint64_t next_event(const Board& board) {
    std::uint64_t next = board.voidable_from();
    const auto consider = [&](std::uint64_t block) { next = block > board.block() ? std::min(next, block) : next; };
    for (std::uint32_t g = board.finalized(); g <= board.accepted() && g < board.terms().segments; ++g) {
        const Segment& s = board.segment(g);
        if (s.state == SegmentState::Accepted) {
            consider(s.final_from - 1);
            consider(s.final_from);
        }
        if (!s.attempts.empty()) {
            consider(s.attempts.back().reveal_from);
            consider(s.attempts.back().reveal_until);
            consider(s.attempts.back().reveal_until + 1);
        }
    }
    CONE_ASSERT(next > board.block(), "nobody can end the job");
    return next;
}

Wei wealth_of(const Till& till, const std::set<Address>& who) {
    Wei all;
    for (const Address& address : who) {
        all += till.stake_of(address) + till.credit_of(address);
    }
    return all;
}

}  // namespace cone::play
