// Honest votes and all others.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/member_votes.hpp"

#include <string_view>

#include "cone/hash/keccak.hpp"

namespace cone::play {
namespace {

Hash32 hash_of(std::uint64_t seed, std::string_view what) {
    Bytes preimage(what.begin(), what.end());
    append_big_endian(preimage, seed);
    return hash::keccak256(preimage);
}

/// Of two executors that do not know of each other.
Hash32 own_hash(const Address& who, std::string_view what) {
    Bytes preimage(what.begin(), what.end());
    append(preimage, who);
    return hash::keccak256(preimage);
}

}  // namespace

using agreement::Vote;

Vote vote_of(const Board& board, const Attempt& attempt, std::uint32_t segment, const Address& who, Deed deed) {
    const Hash32 previous = board.previous_of(segment);
    Vote vote{attempt.number, who, right_digest(board.terms(), segment, previous),
              true_witness(board.terms(), attempt.number, previous)};
    if (deed == Deed::Lie) {
        vote.digest = wrong_digest(board.terms(), segment, previous);
    } else if (deed == Deed::LieAlone) {
        vote.digest = own_hash(who, "digest");
    } else if (deed == Deed::FalseWitness) {
        vote.witness = hash_of((std::uint64_t{segment} << 32) | attempt.number.value, "ring");
    }
    return vote;
}

}  // namespace cone::play
