// What a draw is made of, and uniformity of the derived draws.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/rng.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "cone_kernels/philox.hpp"

namespace cone {
namespace {

// The generator itself is held against its published known answers in tests/kernels/dropout_test.cpp.
TEST(Rng, IsTheStatedBlockOfTheGenerator) {
    Hash32 seed{};
    for (std::size_t i = 0; i < 32; ++i) {
        seed.bytes[i] = static_cast<std::uint8_t>(i + 1);
    }
    const auto block = kernels::philox4x32({7, 9, 3, 5}, {0x04030201, 0x08070605});

    EXPECT_EQ(Rng(seed, RngStream::Shuffle, 5).bits(7 + (std::uint64_t{9} << 32)), block[0] | std::uint64_t{block[1]} << 32);
    EXPECT_EQ(Rng(0x0807060504030201, RngStream::Shuffle, 5).bits(7 + (std::uint64_t{9} << 32)),
              block[0] | std::uint64_t{block[1]} << 32);
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
