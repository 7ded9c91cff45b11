// A market small enough to play thousands of rounds: 40 sellers of 4-class points, a softmax model, three ways to cheat.
// The setting of d2m.md 3.4; all arithmetic in double with our own exp and log, so every machine sees one game.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "cone/job/job_spec.hpp"

namespace cone::market::toy {

enum class Attack { LabelShift, SignFlip, GaussianNoise };
/// Its name, for GoogleTest.
void PrintTo(Attack attack, std::ostream* out);

struct Game {
    job::Aggregation rule = job::Aggregation::COsmd;
    Attack attack = Attack::LabelShift;
    std::uint32_t bad_sellers = 0;  ///< of kSellers; the last ones
    bool norm_bound = true;         ///< C-OSMD only; d2m.md 3.4 played without it
    std::uint32_t rounds = 200;
    std::uint64_t seed = 0;
};

struct GameResult {
    double accuracy = 0;      ///< on the test set, percent
    double bad_mass = 0;      ///< sum of p over bad sellers at the end
    double bad_accesses = 0;  ///< share of all paid accesses that went to bad sellers
};

inline constexpr std::uint32_t kSellers = 40;
inline constexpr std::uint32_t kDraws = 8;
inline constexpr double kAlpha = 0.01;

[[nodiscard]] GameResult play(const Game& game);

}  // namespace cone::market::toy
