// Who plays a game: how many of which kind, their addresses, and the draws they get.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "cone/play/rules.hpp"
#include "cone/play/strategy.hpp"
#include "cone/sortition/stake_table.hpp"

namespace cone::play {

struct GameSetup {
    Rules rules;
    JobTerms terms;                ///< job hash and seed are the game's own
    std::uint32_t executors = 40;  ///< of one unit each
    std::uint32_t attackers = 10;  ///< the first of them
    std::uint32_t unreliable = 4;  ///< the next ones: neither attackers nor honest, they never reveal; so that sets grow
    Wei work{kEther / 20};         ///< what executing a segment costs; an operator does it once for all its executors
    bool watched = true;           ///< an honest party executes every segment and challenges what is wrong
    bool watched_late = false;     ///< in the last block of the window: later segments are built on the lie by then
};

/// A game's cast when the addresses and hashes are somebody else's: those of a real deployment.
struct Cast {
    std::vector<Address> executors;
    std::vector<Address> sellers;
    Address buyer;
    Address attacker;  ///< its account for bonds
    Address watcher;
    Hash32 job_hash;
    std::vector<Hash32> job_seeds;  ///< two, of which only a strategy that chooses takes the second
};
[[nodiscard]] Cast cast_of(const GameSetup& setup, std::uint64_t seed);
/// The executors of the cast, one unit each.
[[nodiscard]] sortition::StakeTable pool_of(const Cast& cast);
/// The setup's terms with the cast's hashes; a strategy that chooses the seed takes the one with more of `own` in the first set.
[[nodiscard]] JobTerms terms_of(const GameSetup& setup, const Strategy& strategy, const Cast& cast,
                                const std::set<Address>& own);

}  // namespace cone::play
