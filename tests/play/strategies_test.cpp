// No attacker gains by attacking, no honest party loses, no job outlives its bound, and captures are as rare as theory says.
// CONE_PLAY_GAMES games a strategy: 100 in the fast tier, 1,000 in the full one.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cone/play/series.hpp"

namespace cone::play {
namespace {

constexpr std::uint64_t kSeed = 20261121;

std::uint32_t games() {
    const char* text = std::getenv("CONE_PLAY_GAMES");
    return text == nullptr ? 100 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// Plays all strategies. Returns how many pay.
std::uint32_t check_strategies(const GameSetup& setup) {
    std::uint32_t profitable = 0;
    for (const SeriesResult& r : play_all(setup, games(), kSeed)) {
        const std::string name(r.strategy->name);
        profitable += r.is_profitable() ? 1u : 0u;
        std::printf(
            "%-13s profit %8.4f in [%8.4f, %8.4f] ether a game, tried in %u, honest loss %s, longest %lu of %lu blocks\n",
            name.c_str(), r.profit, r.low(), r.high(), r.attacked, to_ether_string(r.honest_loss).c_str(),
            static_cast<unsigned long>(r.longest), static_cast<unsigned long>(r.bound));
        EXPECT_FALSE(r.is_profitable()) << name;
        EXPECT_EQ(r.honest_loss, Wei()) << name;
        EXPECT_LE(r.longest, r.bound) << name;
        EXPECT_TRUE(r.conserved) << name << ": a wei is missing";
        EXPECT_EQ(r.wrong_final, 0u) << name;
        EXPECT_GT(r.attacked, 0u) << name << " never had an occasion: nothing is shown";
    }
    return profitable;
}

TEST(Strategies, DoNotPayAndCostTheHonestNothing) {
    const std::uint32_t profitable = check_strategies({});
    EXPECT_GE(strategies().size(), 12u);
    const bool enough = games() >= 1'000;  // of fewer games, no figure
    std::printf("%sstrategies %zu profitable %u\n", enough ? "FIGURE " : "", strategies().size(), profitable);
}

/// The dearest job that the contracts take, among executors that have the least stake a pool can have.
TEST(Strategies, DoNotPayAtTheBoundOfWhatAJobMayPay) {
    GameSetup setup;
    setup.rules.unit_stake = Wei(setup.rules.unit_stake.value / 2);
    setup.terms.escrow = Wei(10 * kEther);
    const Wei segment(setup.terms.escrow.value * setup.terms.executor_share_bp / kWholeBp / setup.terms.segments);
    ASSERT_EQ(segment, Wei(setup.rules.unit_stake.value * setup.rules.soft_slash_bp / kWholeBp));
    EXPECT_EQ(check_strategies(setup), 0u);
}

TEST(Captures, AreAsRareAsTheorySays) {
    GameSetup setup;
    for (const std::uint32_t attackers : {2u, 4u, 8u, 12u, 16u}) {  // f = 0.05, 0.1, 0.2, 0.3, 0.4
        setup.attackers = attackers;
        const Capture c = measure_capture(setup, 20 * games(), kSeed + attackers);
        std::printf("f %.2f: first set %.5f (exactly %.5f), wrong digest %.5f (exactly %.5f)\n", attackers / 40.0, c.first_set,
                    c.first_set_exact, c.wrong, c.wrong_exact);
        EXPECT_TRUE(c.within(3)) << attackers << " of 40";
    }
}

}  // namespace
}  // namespace cone::play
