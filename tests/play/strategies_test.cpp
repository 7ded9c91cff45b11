// No attacker gains by attacking, no honest party loses, no job outlives its bound, and captures are as rare as theory says.
// CONE_PLAY_GAMES games a strategy: 100 in the fast tier, 1,000 in the full one.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string_view>

#include "cone/play/series.hpp"

namespace cone::play {
namespace {

constexpr std::uint64_t kSeed = 20261121;

std::uint32_t games() {
    const char* text = std::getenv("CONE_PLAY_GAMES");
    return text == nullptr ? 100 : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// Findings, with what closes them, in docs/security.md ("What self-play found"). Anything else that shows up fails the test.
constexpr std::array<std::string_view, 3> kKnownToPay{"grower", "free rider", "witness ring"};
constexpr std::array<std::string_view, 2> kKnownToHurt{"free rider", "witness ring"};

bool is_in(std::span<const std::string_view> list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

TEST(Strategies, DoNotPayAndCostTheHonestNothing) {
    const auto results = play_all({}, games(), kSeed);
    std::uint32_t profitable = 0;
    for (const SeriesResult& r : results) {
        const std::string name(r.strategy->name);
        profitable += r.is_profitable() ? 1u : 0u;
        std::printf(
            "%-13s profit %8.4f in [%8.4f, %8.4f] ether a game, tried in %u, honest loss %s, longest %lu of %lu blocks\n",
            name.c_str(), r.profit, r.low(), r.high(), r.attacked, to_ether_string(r.honest_loss).c_str(),
            static_cast<unsigned long>(r.longest), static_cast<unsigned long>(r.bound));
        EXPECT_TRUE(!r.is_profitable() || is_in(kKnownToPay, name)) << name;
        EXPECT_TRUE(r.honest_loss == Wei() || is_in(kKnownToHurt, name)) << name;
        EXPECT_LE(r.longest, r.bound) << name;
        EXPECT_TRUE(r.conserved) << name << ": a wei is missing";
        EXPECT_EQ(r.wrong_final, 0u) << name;
        EXPECT_GT(r.attacked, 0u) << name << " never had an occasion: nothing is shown";
    }
    EXPECT_GE(results.size(), 12u);
    const bool enough = games() >= 1'000;  // of fewer games, no figure
    std::printf("%sstrategies %zu profitable %u\n", enough ? "FIGURE " : "", results.size(), profitable);
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
