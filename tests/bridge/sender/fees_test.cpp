// The fee rule at its edges.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/fees.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace cone::sender {
namespace {

const U256 kCeiling = 1'000'000;

TEST(Fees, OfferTwiceTheBaseFeeAndTheTip) {
    EXPECT_EQ(quote(100, 7, kCeiling), (Fees{7, 207}));
}

TEST(Fees, StayUnderTheCeilingWhateverTheNodeSays) {
    const U256 huge = std::numeric_limits<U256>::max();

    EXPECT_EQ(quote(600'000, 7, kCeiling), (Fees{7, kCeiling}));
    EXPECT_EQ(quote(huge, huge, kCeiling), (Fees{kCeiling, kCeiling}));
    EXPECT_EQ(quote(0, huge, kCeiling), (Fees{kCeiling, kCeiling}));
    EXPECT_EQ(quote(0, 0, kCeiling), (Fees{0, 0}));
}

TEST(Fees, ReplacementsPayAnEighthMoreRoundedUpInBothFields) {
    for (std::uint64_t tip = 0; tip < 50; ++tip) {
        for (std::uint64_t cap = tip; cap < 200; ++cap) {
            const Fees more = replacement({tip, cap}, {0, 0}, kCeiling).value();
            EXPECT_GE(more.tip * 8, U256(tip * 9)) << tip;
            EXPECT_GE(more.cap * 8, U256(cap * 9)) << cap;
            EXPECT_GT(more.tip, tip);
            EXPECT_LE(more.tip, tip + tip / 8 + 1);
            EXPECT_LE(more.cap, cap + cap / 8 + 1);
        }
    }
}

TEST(Fees, ReplacementsFollowTheMarketUpButNotDown) {
    EXPECT_EQ(replacement({8, 80}, {100, 1'000}, kCeiling), (Fees{100, 1'000}));
    EXPECT_EQ(replacement({8, 80}, {1, 1}, kCeiling), (Fees{9, 90}));
}

TEST(Fees, ThereIsNoReplacementAboveTheCeiling) {
    EXPECT_FALSE(replacement({8, kCeiling}, {1, 1}, kCeiling));
    EXPECT_FALSE(replacement({8, 888'889}, {1, 1}, kCeiling));
    EXPECT_TRUE(replacement({8, 888'888}, {1, 1}, kCeiling));
}

}  // namespace
}  // namespace cone::sender
