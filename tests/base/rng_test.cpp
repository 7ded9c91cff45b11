// Philox against the published known answers, and uniformity of the derived draws.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/rng.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cone {
namespace {

// Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
TEST(Philox, MatchesPublishedZeroVector) {
    const std::array<std::uint32_t, 4> expected{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), expected);
}
TEST(Philox, MatchesPublishedOnesVector) {
    const std::uint32_t f = 0xffffffff;
    const std::array<std::uint32_t, 4> expected{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    EXPECT_EQ(philox4x32({f, f, f, f}, {f, f}), expected);
}
TEST(Philox, MatchesPublishedPiVector) {
    const std::array<std::uint32_t, 4> expected{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}), expected);
}

TEST(Rng, StreamsAndSubstreamsDiffer) {
    const Rng a(1, RngStream::Shuffle, 0);
    const Rng b(1, RngStream::SellerDraw, 0);
    const Rng c(1, RngStream::Shuffle, 1);
    EXPECT_NE(a.bits(0), b.bits(0));
    EXPECT_NE(a.bits(0), c.bits(0));
    EXPECT_EQ(a.bits(7), Rng(1, RngStream::Shuffle, 0).bits(7));
}

TEST(Rng, UniformStaysInRangeAndFillsIt) {
    const Rng rng(42, RngStream::Probe, 0);
    std::vector<int> bins(10);
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        const double u = rng.uniform(i);
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        ++bins[static_cast<std::size_t>(u * 10)];
    }
    for (const int count : bins) {
        EXPECT_NEAR(count, 1000, 150);
    }
}

TEST(Rng, BelowStaysBelow) {
    const Rng rng(3, RngStream::Probe, 9);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        EXPECT_LT(rng.below(i, 7), 7u);
        EXPECT_EQ(rng.below(i, 1), 0u);
    }
}

}  // namespace
}  // namespace cone
