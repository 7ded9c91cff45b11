// The attackers of the self-play: what each does with its executors, its bonds, its bridge.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "cone/play/board.hpp"

namespace cone::play {

/// What a member of an attempt does.
enum class Deed : std::uint8_t {
    Honest,
    Lie,           ///< the attackers' common wrong digest, which gives their seller all accesses
    LieAlone,      ///< a wrong digest of its own
    Copy,          ///< a neighbour's commitment, byte for byte
    Silent,        ///< commits, never reveals
    Late,          ///< reveals after the window
    Equivocate,    ///< signs the right vote, then another
    FalseWitness,  ///< the right digest, public by then and not worked for, with a made-up witness, the same for all of them
};
inline constexpr std::size_t kDeeds = 8;

/// True when nobody can do it without having executed the segment.
[[nodiscard]] constexpr bool needs_work(Deed deed) {
    return deed == Deed::Honest || deed == Deed::Late || deed == Deed::Equivocate;
}

/// What an attacker sees when it must decide: everything, for tickets are public once the segment before has a verdict.
struct View {
    const Board& board;
    std::uint32_t segment = 0;
    const std::set<Address>& own;
    std::span<const Address> members;  ///< of the attempt at hand; of an accepted segment, those asked so far
    std::span<const Address> next;     ///< the rest of the pool in ticket order

    [[nodiscard]] std::size_t own_members() const;
    /// How many of the first `count` of `next` are the attacker's.
    [[nodiscard]] std::size_t own_next(std::size_t count) const;
    [[nodiscard]] bool is_first_attempt() const { return board.segment(segment).attempts.size() <= 1; }
    [[nodiscard]] bool is_wrong() const;  ///< the accepted digest
};

struct Strategy {
    std::string_view name;
    std::string_view does;
    /// Of the attacker's members in a new attempt, by how many of them come before it there.
    std::function<Deed(const View&, std::size_t nth)> deed = [](const View&, std::size_t) { return Deed::Honest; };
    /// Whether it challenges an accepted segment.
    std::function<bool(const View&)> challenges = [](const View&) { return false; };
    /// As the job's bridge, whether it posts the next attempt of a segment.
    std::function<bool(const View&)> posts = [](const View&) { return true; };
    bool at_the_last_block = false;  ///< reveals and challenges then
    bool chooses_seed = false;  ///< proposes the seed block: keeps the better of two seeds, by its members in the first set
};

/// All of them, each with a test of what it costs.
[[nodiscard]] const std::vector<Strategy>& strategies();

/// The right and the attackers' digest of a segment after `previous`.
[[nodiscard]] Hash32 right_digest(const JobTerms& terms, std::uint32_t segment, const Hash32& previous);
[[nodiscard]] Hash32 wrong_digest(const JobTerms& terms, std::uint32_t segment, const Hash32& previous);
/// What a member that worked shows in an attempt.
[[nodiscard]] Hash32 true_witness(const JobTerms& terms, AttemptIndex attempt, const Hash32& previous);
/// What the two open to: everybody's shard helped, or only the last seller's, who is the attacker.
[[nodiscard]] Opening right_opening(const std::vector<Address>& sellers);
[[nodiscard]] Opening wrong_opening(const std::vector<Address>& sellers);

}  // namespace cone::play
