// Many games of one strategy beside the same games played honestly: does it pay, does anybody honest lose, how long does it take.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/play/game.hpp"

namespace cone::play {

/// Profit is what the attacker has more than it would have had in the same game (same draws) as an honest party, in ether.
struct SeriesResult {
    const Strategy* strategy = nullptr;
    std::uint32_t games = 0;
    std::uint32_t attacked = 0;  ///< games in which there was an occasion
    double profit = 0;           ///< mean
    double profit_error = 0;     ///< of the mean
    double best_game = 0;
    Wei honest_loss;                ///< over all games
    std::uint32_t honest_hurt = 0;  ///< games with such a loss
    std::uint64_t longest = 0;      ///< blocks
    std::uint64_t bound = 0;
    std::uint32_t wrong_accepted = 0;
    std::uint32_t wrong_final = 0;
    std::uint32_t voided = 0;
    bool conserved = true;

    [[nodiscard]] double low() const { return profit - 3 * profit_error; }
    [[nodiscard]] double high() const { return profit + 3 * profit_error; }
    /// The mean is above zero by more than chance explains.
    [[nodiscard]] bool is_profitable() const { return low() > 0; }
};

/// What the attacker has after each of `games` games that it plays honestly.
[[nodiscard]] std::vector<SignedWei> honest_profits(const GameSetup& setup, std::uint32_t games, std::uint64_t seed);
/// As many games as `honest` has, with the same draws.
[[nodiscard]] SeriesResult play_series(const GameSetup& setup, const Strategy& strategy, std::uint64_t seed,
                                       const std::vector<SignedWei>& honest);
[[nodiscard]] std::vector<SeriesResult> play_all(const GameSetup& setup, std::uint32_t games, std::uint64_t seed);

/// How often the attackers' digest is accepted when all of them lie together and nobody challenges: measured, and exactly.
struct Capture {
    std::uint32_t attackers = 0;
    std::uint32_t runs = 0;
    double first_set = 0;        ///< share of runs in which the first set was the attackers' alone
    double first_set_exact = 0;  ///< hypergeometric
    double wrong = 0;            ///< share in which their digest was accepted, at any size of the set
    double wrong_exact = 0;      ///< draws without replacement, attempt by attempt

    /// Standard error of a share that is exactly `p`.
    [[nodiscard]] double sigma(double p) const;
    [[nodiscard]] bool within(double sigmas) const;
};
[[nodiscard]] Capture measure_capture(const GameSetup& setup, std::uint32_t runs, std::uint64_t seed);

/// Chance that the attackers' digest is accepted in a pool of `pool` with `attackers` of them, all voting.
[[nodiscard]] double wrong_acceptance(const job::AgreementSpec& spec, std::uint32_t pool, std::uint32_t attackers);

}  // namespace cone::play
