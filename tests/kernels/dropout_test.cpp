// Dropout and its generator: known answers, which values are kept, and how often.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/dropout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::same_bits;
using Block = std::array<std::uint32_t, 4>;
using Floats = std::vector<float>;

// Random123's kat_vectors for philox4x32-10.
static_assert(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

Layer dropout_layer(const Shape& shape, float rate) {
    return testing::Builder(shape).dropout(rate).network().layers[0];
}

TEST(DropoutThreshold, IsExact) {
    EXPECT_EQ(dropout_threshold(0), 0u);
    EXPECT_EQ(dropout_threshold(0.5f), 1u << 31);
    EXPECT_EQ(dropout_threshold(0x1p-32f), 1u);
    EXPECT_EQ(dropout_threshold(0x1p-149f), 1u);  // number 0 alone is below
    EXPECT_EQ(dropout_threshold(0x1.8p-32f), 2u);
    EXPECT_EQ(dropout_threshold(std::nextafter(1.0f, 0.0f)), 0xffffff00u);
}

TEST(DropoutScale, IsTheRoundedInverseOfWhatIsKept) {
    EXPECT_EQ(dropout_scale(0), 1.0f);
    EXPECT_EQ(dropout_scale(0.5f), 2.0f);
    EXPECT_EQ(dropout_scale(0.1f), static_cast<float>(1.0 / (1.0 - static_cast<double>(0.1f))));
}

TEST(DropoutKey, DependsOnEveryPart) {
    const auto key = dropout_key(1, 2, 3);

    EXPECT_NE(key, dropout_key(2, 2, 3));
    EXPECT_NE(key, dropout_key(1 + (std::uint64_t{1} << 32), 2, 3));
    EXPECT_NE(key, dropout_key(1, 3, 3));
    EXPECT_NE(key, dropout_key(1, 2 + (std::uint64_t{1} << 32), 3));
    EXPECT_NE(key, dropout_key(1, 2, 4));
    EXPECT_EQ(key, dropout_key(1, 2, 3));
}

TEST(DropoutKey, IsTheStatedBlock) {
    const auto block = philox4x32({7, 8, 9, 0}, {5, 6});

    EXPECT_EQ(dropout_key(5 + (std::uint64_t{6} << 32), 7 + (std::uint64_t{8} << 32), 9), (DropoutKey{block[0], block[1]}));
}

TEST(Dropout, FollowsTheStatedNumbers) {
    const Layer l = dropout_layer({1, 1, 6}, 0.5f);
    const auto key = dropout_key(1, 2, 3);
    const std::vector<std::uint32_t> indices{40, 4'000'000'000};
    Floats x(12), y(12);
    std::iota(x.begin(), x.end(), 1.0f);

    reference::dropout(l, key, indices, x, y);

    for (std::size_t i = 0; i < 12; ++i) {
        const auto value = static_cast<std::uint32_t>(i % 6);
        const bool kept = philox4x32({value / 4, indices[i / 6], 0, 0}, key)[value % 4] >= 0x80000000u;
        EXPECT_EQ(y[i], kept ? 2 * x[i] : 0.0f) << i;
    }
}

TEST(Dropout, KeepsANumberThatEqualsTheRate) {
    const std::vector<std::uint32_t> sample{0};
    const DropoutKey key{};
    std::uint32_t value = 0;
    while (dropout_numbers(key, 0, value / 4)[value % 4] >= 1u << 24) {
        ++value;  // below 2^24 the number is a float
    }
    const auto number = static_cast<float>(dropout_numbers(key, 0, value / 4)[value % 4]);
    Floats y(value + 1);

    reference::dropout(dropout_layer({1, 1, value + 1}, number * 0x1p-32f), key, sample, Floats(value + 1, 1.0f), y);
    EXPECT_GT(y[value], 0.0f);
    reference::dropout(dropout_layer({1, 1, value + 1}, (number + 1) * 0x1p-32f), key, sample, Floats(value + 1, 1.0f), y);
    EXPECT_EQ(y[value], 0.0f);
}

TEST(Dropout, AtRateZeroKeepsAllBits) {
    const Layer l = dropout_layer({1, 1, 3}, 0);
    Floats y(3);

    reference::dropout(l, {}, std::vector<std::uint32_t>{7}, Floats{-0.0f, 0x1p-149f, -3}, y);

    EXPECT_TRUE(same_bits(y, Floats{-0.0f, 0x1p-149f, -3}));
}

TEST(Dropout, DropsInfinitiesToPlusZero) {
    const Layer l = dropout_layer({1, 1, 64}, 0.5f);
    Floats y(64);

    reference::dropout(l, {}, std::vector<std::uint32_t>{7}, Floats(64, -INFINITY), y);

    EXPECT_EQ(std::count(y.begin(), y.end(), -INFINITY) +
                  std::count_if(y.begin(), y.end(), [](float v) { return std::bit_cast<std::uint32_t>(v) == 0; }),
              64);
}

TEST(Dropout, DropsItsShare) {
    const std::uint32_t values = 10'000;
    for (const float rate : {0.1f, 0.5f, 0.9f}) {
        const Layer l = dropout_layer({values, 1, 1}, rate);
        Floats y(10 * values);
        std::vector<std::uint32_t> indices(10);
        std::iota(indices.begin(), indices.end(), 0u);

        reference::dropout(l, dropout_key(1, 2, 3), indices, Floats(10 * values, 1.0f), y);

        const double dropped = static_cast<double>(std::count(y.begin(), y.end(), 0.0f)) / (10 * values);
        EXPECT_NEAR(dropped, static_cast<double>(rate), 0.005);  // 3 standard deviations of 100,000 draws at 1/2
    }
}

TEST(DropoutDeath, StopsWithoutAnIndexForEverySample) {
    const Layer l = dropout_layer({1, 1, 2}, 0.5f);
    Floats y(4);

    EXPECT_DEATH(reference::dropout(l, {}, std::vector<std::uint32_t>{1}, Floats(4), y), "an index for every sample");
}

}  // namespace
}  // namespace cone::kernels
