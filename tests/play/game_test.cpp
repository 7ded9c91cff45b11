// Whole games: the same seed gives the same game, and an honest game ends as the market promises.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/game.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "cone/config/config.hpp"
#include "cone/play/series.hpp"

namespace cone::play {
namespace {

const Strategy& strategy(std::string_view name) {
    const auto& all = strategies();
    return *std::find_if(all.begin(), all.end(), [&](const Strategy& one) { return one.name == name; });
}

TEST(Game, HonestGameIsSettledAndEveryWeiAccountedFor) {
    const Played game = play({}, {"honest", ""}, 1);

    EXPECT_EQ(game.end, job::JobState::Settled);
    EXPECT_TRUE(game.conserved);
    EXPECT_EQ(game.honest_loss, Wei());
    EXPECT_FALSE(game.attacked);
    EXPECT_LT(game.blocks, 60u);
}

TEST(Game, IsTheSameForTheSameSeed) {
    for (const Strategy& one : strategies()) {
        const Played a = play({}, one, 17);
        const Played b = play({}, one, 17);
        EXPECT_EQ(a.attacker, b.attacker) << one.name;
        EXPECT_EQ(a.blocks, b.blocks) << one.name;
    }
}

TEST(Game, LiarsWithTheWholePoolWinWhereNobodyWatches) {
    GameSetup setup;
    setup.attackers = setup.executors;
    setup.unreliable = 0;
    setup.watched = false;
    const Played game = play(setup, strategy("lazy"), 3);

    EXPECT_TRUE(game.wrong_final) << "out of promise (P12)";
    EXPECT_EQ(game.honest_loss, Wei(3 * kEther * 7 / 10)) << "the sellers' share";
}

TEST(Game, ChallengeTurnsACapturedSegment) {
    GameSetup setup;
    setup.attackers = 16;
    std::uint32_t captured = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Played game = play(setup, strategy("capture"), seed);
        captured += game.wrong_accepted ? 1u : 0u;
        EXPECT_FALSE(game.wrong_final) << "seed " << seed;
        EXPECT_EQ(game.honest_loss, Wei()) << "seed " << seed;
        EXPECT_LT(game.blocks, game.bound) << "seed " << seed;
    }
    EXPECT_GT(captured, 0u) << "there was an occasion";
}

TEST(Game, WatcherInTheLastBlockStillTurnsWhatWasBuiltOnALie) {
    GameSetup setup;
    setup.attackers = 16;
    setup.watched_late = true;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Played game = play(setup, strategy("capture"), seed);
        EXPECT_FALSE(game.wrong_final) << "seed " << seed;
        EXPECT_EQ(game.honest_loss, Wei()) << "seed " << seed;
    }
}

TEST(Rules, AreThoseOfTheDemo) {
    const auto devnet = config::load_config(CONE_SOURCE_DIR "/configs/demo.toml").devnet;
    const Rules rules;
    EXPECT_EQ(rules.commit_blocks, devnet.commit_blocks);
    EXPECT_EQ(rules.reveal_blocks, devnet.reveal_blocks);
    EXPECT_EQ(rules.challenge_blocks, devnet.challenge_blocks);
    EXPECT_EQ(rules.stall_blocks, devnet.stall_blocks);
    EXPECT_EQ(rules.hard_slash_bp, devnet.hard_slash_bp);
    EXPECT_EQ(rules.soft_slash_bp, devnet.soft_slash_bp);
    EXPECT_EQ(rules.challenge_bond, devnet.challenge_bond);
    EXPECT_EQ(rules.unit_stake, devnet.unit_stake);
    EXPECT_EQ(rules.unstake_delay_blocks, devnet.unstake_blocks);
}

TEST(Capture, OfAFirstSetIsHypergeometric) {
    job::AgreementSpec spec;
    // 10 * 9 * 8 / (40 * 39 * 38): three of three, then nobody decides otherwise.
    GameSetup setup;
    const Capture capture = measure_capture(setup, 200, 1);
    EXPECT_NEAR(capture.first_set_exact, 720.0 / 59'280.0, 1e-9);
    EXPECT_GE(capture.wrong_exact, capture.first_set_exact) << "larger sets may fall to them too";
    EXPECT_NEAR(wrong_acceptance(spec, 6, 3), 2.0 / 20.0 / 2.0, 1e-9) << "3 of 6: one draw of 20 is theirs alone";
    EXPECT_EQ(wrong_acceptance(spec, 40, 2), 0) << "two never lead by three";
}

}  // namespace
}  // namespace cone::play
