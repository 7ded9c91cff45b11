// Exact sums: known answers, the error bound, and the same bits for every order of sellers and every split over ranks.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/fixed_point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <vector>

#include "cone/base/rng.hpp"

namespace cone::kernels {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;
constexpr float kInf = std::numeric_limits<float>::infinity();

Ints exponents_of(const Floats& x, const BlockFormat& format) {
    Ints exponents(format.blocks(x.size()));
    EXPECT_EQ(block_exponents(x, format, exponents), Status::Ok);
    return exponents;
}

Ints quantised(const Floats& x, const BlockFormat& format, const Ints& shared) {
    Ints mantissas(x.size());
    EXPECT_EQ(quantise(x, format, shared, mantissas), Status::Ok);
    return mantissas;
}

TEST(BlockExponents, AreTheSmallestPowersAboveEveryValue) {
    const BlockFormat format{2};
    EXPECT_EQ(exponents_of({1, 0.5f, -3.99f, 4, 0, -0.0f, 0x1p-149f}, format), (Ints{1, 3, kZeroBlock, -148}));
    EXPECT_EQ(exponents_of({std::numeric_limits<float>::max(), 0}, format), Ints{128});
    EXPECT_TRUE(exponents_of({}, format).empty());
}

TEST(BlockExponents, RefuseNanAndInfinity) {
    Ints exponents(1);
    for (const float bad : {kInf, -kInf, std::nanf("")}) {
        EXPECT_EQ(block_exponents(Floats{1, bad}, {4}, exponents), Status::NotFinite);
    }
}

TEST(Quantise, RoundsToNearestAndTiesToEven) {
    const BlockFormat format{8, 29};  // two mantissa bits: quanta of 1/4 of the block's power
    EXPECT_EQ(quantised({0.125f, 0.375f, 0.625f, -0.125f, -0.375f, 0.3f, -0.99f}, format, {0}), (Ints{0, 2, 2, 0, -2, 1, -4}));
}

TEST(Quantise, UsesEveryBitWithoutHeadroom) {
    EXPECT_EQ(quantised({std::nextafter(1.0f, 0.0f), -1.0f + 0x1p-24f, 0x1p-31f}, {4}, {0}),
              (Ints{0x7fffff80, -0x7fffff80, 1}));
}

TEST(Quantise, FitsInt32AtEveryHeadroom) {
    for (int headroom = 0; headroom <= 30; ++headroom) {
        const auto q = quantised({std::nextafter(1.0f, 0.0f), std::nextafter(-1.0f, 0.0f)}, {4, headroom}, {0});
        EXPECT_LE(q[0], std::int64_t{1} << (31 - headroom));
        EXPECT_EQ(q[0], -q[1]);
        EXPECT_GT(q[0], 0);
    }
}

TEST(Quantise, ReadsZeroBlocksAsZeros) {
    EXPECT_EQ(quantised({0, -0.0f}, {2}, {kZeroBlock}), (Ints{0, 0}));
}

TEST(Quantise, RefusesValuesAboveTheSharedExponent) {
    Ints q(2);
    EXPECT_EQ(quantise(Floats{0.5f, 1}, {2}, Ints{0}, q), Status::ExceedsBlock);
    EXPECT_EQ(quantise(Floats{0, -1}, {2}, Ints{0}, q), Status::ExceedsBlock);
    EXPECT_EQ(quantise(Floats{0, 0x1p-149f}, {2}, Ints{kZeroBlock}, q), Status::ExceedsBlock);
}

TEST(Quantise, RefusesNanAndInfinity) {
    Ints q(1);
    EXPECT_EQ(quantise(Floats{std::nanf("")}, {2}, Ints{5}, q), Status::NotFinite);
    EXPECT_EQ(quantise(Floats{kInf}, {2}, Ints{128}, q), Status::NotFinite);
    EXPECT_EQ(quantise(Floats{-kInf}, {2}, Ints{kZeroBlock}, q), Status::NotFinite);
}

TEST(DequantiseAdd, AddsTheMean) {
    Floats w{1, 2, 3};
    const std::vector<std::int64_t> sums{6, -12, 0};
    ASSERT_EQ(dequantise_add(w, sums, {2}, Ints{31, 0}, 3), Status::Ok);
    EXPECT_EQ(w, (Floats{3, -2, 3}));
}

TEST(DequantiseAdd, LeavesZeroBlocksBitForBit) {
    Floats w{-0.0f, 0.1f};
    ASSERT_EQ(dequantise_add(w, std::vector<std::int64_t>{0, 0}, {2}, Ints{kZeroBlock}, 3), Status::Ok);
    EXPECT_TRUE(std::signbit(w[0]));
    EXPECT_EQ(w[1], 0.1f);
}

TEST(DequantiseAdd, ReportsOverflow) {
    Floats w{std::numeric_limits<float>::max()};
    EXPECT_EQ(dequantise_add(w, std::vector<std::int64_t>{0x7fffffff}, {1}, Ints{128}, 1), Status::NotFinite);
}

TEST(FixedPointDeathTest, StopsOnBrokenCalls) {
    Ints one(1);
    Floats w(1);
    const std::vector<std::int64_t> sums(1);
    EXPECT_DEATH((void)block_exponents(Floats(3), {2}, one), "one exponent a block");
    EXPECT_DEATH((void)block_exponents(Floats(3), {0}, one), "block is empty");
    EXPECT_DEATH((void)quantise(Floats(1), {2, 31}, one, one), "headroom_bits");
    EXPECT_DEATH((void)quantise(Floats(1), {2}, Ints{5000}, one), "not one of a float");
    EXPECT_DEATH((void)dequantise_add(w, sums, {2}, one, 0), "divisor is 0");
}

/// Sellers' updates with wildly different sizes, and how often each was picked.
struct Updates {
    std::vector<Floats> values;
    std::vector<std::uint32_t> times;
};

Updates random_updates(std::size_t sellers, std::size_t length, std::uint32_t substream) {
    const Rng random(9, RngStream::Probe, substream);
    Updates updates;
    std::uint64_t at = 0;
    for (std::size_t s = 0; s < sellers; ++s) {
        const double size = std::ldexp(1, static_cast<int>(random.below(at++, 40)) - 30);
        updates.times.push_back(1 + static_cast<std::uint32_t>(random.below(at++, 4)));
        Floats values(length);
        for (float& value : values) {
            value = random.below(at++, 10) == 0 ? 0.0f : static_cast<float>(size * (2 * random.uniform(at++) - 1));
        }
        updates.values.push_back(std::move(values));
    }
    return updates;
}

Ints shared_exponents(const Updates& updates, const BlockFormat& format) {
    Ints shared(format.blocks(updates.values[0].size()), kZeroBlock);
    for (const Floats& values : updates.values) {
        const Ints own = exponents_of(values, format);
        std::transform(shared.begin(), shared.end(), own.begin(), shared.begin(),
                       [](auto a, auto b) { return std::max(a, b); });
    }
    return shared;
}

/// The aggregate, with seller order[i] summed on rank rank_of[i] and the ranks' sums added in rank order.
Floats aggregate(const Updates& updates, const BlockFormat& format, const std::vector<std::size_t>& order,
                 const std::vector<std::size_t>& rank_of, std::size_t ranks) {
    const std::size_t length = updates.values[0].size();
    const Ints shared = shared_exponents(updates, format);
    std::vector<std::vector<std::int64_t>> partial(ranks, std::vector<std::int64_t>(length));
    for (std::size_t i = 0; i < order.size(); ++i) {
        accumulate(quantised(updates.values[order[i]], format, shared), updates.times[order[i]], partial[rank_of[i]]);
    }
    std::vector<std::int64_t> sums(length);
    for (const auto& part : partial) {
        std::transform(sums.begin(), sums.end(), part.begin(), sums.begin(), std::plus<>());
    }
    Floats w(length, 0.125f);
    const auto total = std::accumulate(updates.times.begin(), updates.times.end(), std::uint64_t{0});
    EXPECT_EQ(dequantise_add(w, sums, format, shared, total), Status::Ok);
    return w;
}

bool same_bits(const Floats& a, const Floats& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](float x, float y) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y); });
}

TEST(ExactSum, GivesTheSameBitsForEveryOrderAndEverySplitOfFiveSellers) {
    const BlockFormat format{7};
    const Updates updates = random_updates(5, 40, 1);
    std::vector<std::size_t> order{0, 1, 2, 3, 4};
    const Floats expected = aggregate(updates, format, order, {0, 0, 0, 0, 0}, 1);
    do {
        for (std::size_t split = 0; split < 243; split += order[0] == 0 ? 1u : 17u) {  // 3^5 ways to share out five sellers
            const std::vector<std::size_t> rank_of{split % 3, split / 3 % 3, split / 9 % 3, split / 27 % 3, split / 81};
            ASSERT_TRUE(same_bits(aggregate(updates, format, order, rank_of, 3), expected));
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ExactSum, GivesTheSameBitsForRandomOrdersAndSplitsOfManySellers) {
    const BlockFormat format{64};
    for (std::uint32_t trial = 0; trial < 30; ++trial) {
        const Rng random(10, RngStream::Probe, trial);
        const std::size_t sellers = 2 + random.below(0, 30);
        const Updates updates = random_updates(sellers, 200, 100 + trial);
        std::vector<std::size_t> order(sellers);
        std::iota(order.begin(), order.end(), std::size_t{0});
        const Floats expected = aggregate(updates, format, order, std::vector<std::size_t>(sellers, 0), 1);
        const std::size_t ranks = 1 + random.below(1, 8);
        std::vector<std::size_t> rank_of(sellers);
        for (std::size_t i = 0; i < sellers; ++i) {
            std::swap(order[i], order[random.below(10 + i, i + 1)]);
            rank_of[i] = random.below(100 + i, ranks);
        }
        ASSERT_TRUE(same_bits(aggregate(updates, format, order, rank_of, ranks), expected)) << "trial " << trial;
    }
}

/// |sum of quantised - sum| <= W/2 * 2^(e - bits), per value; sums of at most 64 floats are exact enough in long double.
TEST(ExactSum, StaysWithinItsErrorBound) {
    for (const int headroom : {0, 3, 7, 20}) {
        const BlockFormat format{32, headroom};
        const Updates updates = random_updates(16, 300, 200 + static_cast<std::uint32_t>(headroom));
        const Ints shared = shared_exponents(updates, format);
        std::vector<std::int64_t> sums(300);
        std::uint64_t total = 0;
        for (std::size_t s = 0; s < 16; ++s) {
            accumulate(quantised(updates.values[s], format, shared), updates.times[s], sums);
            total += updates.times[s];
        }
        double worst = 0;
        for (std::size_t i = 0; i < 300; ++i) {
            long double exact = 0;
            for (std::size_t s = 0; s < 16; ++s) {
                exact += static_cast<long double>(updates.values[s][i]) * updates.times[s];
            }
            const double quantum = std::ldexp(1.0, shared[i / 32] - format.mantissa_bits());
            const auto error = static_cast<double>(std::fabs(exact / static_cast<long double>(quantum) - sums[i]));
            worst = std::max(worst, error / (static_cast<double>(total) / 2));
        }
        EXPECT_LE(worst, 1.0) << "headroom " << headroom;
        EXPECT_GT(worst, 0.0);  // otherwise the test would not notice a looser rounding
    }
}

TEST(ExactSum, FitsInt32WithTheRightHeadroom) {
    const BlockFormat format{16, 4};  // total times up to 2^4
    const Floats x(16, std::nextafter(2.0f, 0.0f));
    const Ints shared = exponents_of(x, format);
    std::vector<std::int64_t> sums(16);
    accumulate(quantised(x, format, shared), 15, sums);
    EXPECT_LE(sums[0], std::numeric_limits<std::int32_t>::max());
    EXPECT_GT(sums[0], std::numeric_limits<std::int32_t>::max() / 2);
}

TEST(ExactSum, IsClosestToTheTruthWhereFloatAdditionIsNot) {
    Floats ones(1, 1.0f);
    Floats tiny(1, 0x1p-25f);
    const Ints shared = exponents_of(ones, {1});
    std::vector<std::int64_t> sums(1);
    accumulate(quantised(ones, {1}, shared), 1, sums);
    accumulate(quantised(tiny, {1}, shared), 1u << 20, sums);  // in float, 1 + 2^-25 stays 1 a million times
    Floats w{0};
    ASSERT_EQ(dequantise_add(w, sums, {1}, shared, 1), Status::Ok);
    EXPECT_EQ(w[0], 1.03125f);
}

}  // namespace
}  // namespace cone::kernels
