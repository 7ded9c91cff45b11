// Pooling: results worked out by hand, ties, NaN, and rows and columns that fill no square.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cone_kernels/operators.hpp"
#include "random_network.hpp"

namespace cone::kernels::reference {
namespace {

using testing::Builder;
using testing::same_bits;
using Floats = std::vector<float>;

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

Layer pool_layer(Op op, const Shape& in, std::uint32_t kernel) {
    return Builder(in).pool(op, kernel).network().layers[0];
}

Floats max_forward(const Layer& l, const Floats& x) {
    Floats y(x.size() / l.in.values() * l.out.values());
    max_pool(l, x, y);
    return y;
}

Floats max_backward(const Layer& l, const Floats& x, const Floats& dy) {
    Floats dx(x.size(), kNan);
    max_pool_gradient(l, x, dy, dx);
    return dx;
}

TEST(MaxPool, TakesTheLargestOfEverySquare) {
    const Layer l = pool_layer(Op::MaxPool, {2, 2, 4}, 2);
    const Floats x{1, 2, 8, 7, 4, 3, 5, 6, -1, -2, -8, -7, -4, -3, -5, -6};

    EXPECT_EQ(max_forward(l, x), (Floats{4, 8, -1, -5}));
    EXPECT_TRUE(same_bits(max_backward(l, x, {10, 20, 30, 40}), Floats{0, 0, 20, 0, 10, 0, 0, 0, 30, 0, 0, 0, 0, 0, 40, 0}));
}

TEST(MaxPool, DoesNotReadWhatFillsNoSquare) {
    const Layer l = pool_layer(Op::MaxPool, {1, 3, 3}, 2);
    const Floats x{1, 2, kInf, 3, 4, kNan, kInf, 9, 9};

    EXPECT_EQ(max_forward(l, x), Floats{4});
    EXPECT_TRUE(same_bits(max_backward(l, x, {5}), Floats{0, 0, 0, 0, 5, 0, 0, 0, 0}));
}

TEST(MaxPool, FirstOfEqualValuesWins) {
    const Layer l = pool_layer(Op::MaxPool, {1, 2, 2}, 2);

    EXPECT_TRUE(same_bits(max_backward(l, {1, 7, 7, 7}, {5}), Floats{0, 5, 0, 0}));
    EXPECT_TRUE(same_bits(max_backward(l, {-kInf, -kInf, -kInf, -kInf}, {5}), Floats{5, 0, 0, 0}));
}

TEST(MaxPool, ZerosOfBothSignsAreEqual) {
    const Layer l = pool_layer(Op::MaxPool, {1, 2, 2}, 2);

    EXPECT_TRUE(same_bits(max_forward(l, {-0.0f, 0.0f, 0.0f, -0.0f}), Floats{-0.0f}));
    EXPECT_TRUE(same_bits(max_forward(l, {0.0f, -0.0f, -0.0f, -0.0f}), Floats{0.0f}));
}

TEST(MaxPool, KeepsANanThatComesFirstAndPassesLaterOnesOver) {
    const Layer l = pool_layer(Op::MaxPool, {1, 2, 2}, 2);

    EXPECT_TRUE(std::isnan(max_forward(l, {kNan, 1, 2, 3})[0]));
    EXPECT_EQ(max_forward(l, {1, kNan, kNan, kNan}), Floats{1});
    EXPECT_EQ(max_forward(l, {1, kNan, 3, 2}), Floats{3});
}

TEST(MaxPool, OfSideOneIsTheInput) {
    const Layer l = pool_layer(Op::MaxPool, {2, 1, 2}, 1);

    EXPECT_TRUE(same_bits(max_forward(l, {1, -0.0f, 3, 4}), Floats{1, -0.0f, 3, 4}));
    EXPECT_TRUE(max_forward(l, {}).empty());
}

TEST(AvgPool, SumsRowByRowThenMultiplies) {
    const Layer l = pool_layer(Op::AvgPool, {1, 2, 2}, 2);
    Floats y(1);

    avg_pool(l, Floats{0x1p24f, 1, 1, 1}, y);
    EXPECT_EQ(y, Floats{0x1p22f});
    avg_pool(l, Floats{1, 1, 1, 0x1p24f}, y);
    EXPECT_EQ(y, Floats{0x1p22f + 1});  // 2^24 + 3 rounds to 2^24 + 4
}

TEST(AvgPool, MultipliesByTheRoundedInverse) {
    const Layer l = pool_layer(Op::AvgPool, {1, 3, 3}, 3);
    Floats x(9), y(1), dx(9);
    int differs_from_division = 0;
    for (float value = 1; value < 50; value += 1) {
        x[4] = value;

        avg_pool(l, x, y);
        avg_pool_gradient(l, Floats{value}, dx);

        EXPECT_EQ(y, Floats{value * (1.0f / 9.0f)});
        EXPECT_EQ(dx, Floats(9, value * (1.0f / 9.0f)));
        differs_from_division += y[0] != value / 9 ? 1 : 0;
    }
    EXPECT_GT(differs_from_division, 0);
}

TEST(AvgPool, StartsAtPlusZero) {
    const Layer l = pool_layer(Op::AvgPool, {1, 1, 1}, 1);
    Floats y(1);

    avg_pool(l, Floats{-0.0f}, y);

    EXPECT_TRUE(same_bits(y, Floats{0.0f}));
}

TEST(AvgPool, GivesNoGradientToWhatFillsNoSquare) {
    const Layer l = pool_layer(Op::AvgPool, {1, 3, 3}, 2);
    Floats dx(9, kNan);

    avg_pool_gradient(l, Floats{8}, dx);

    EXPECT_TRUE(same_bits(dx, Floats{2, 2, 0, 2, 2, 0, 0, 0, 0}));
}

TEST(PoolDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = pool_layer(Op::MaxPool, {1, 2, 2}, 2);
    Floats y(2), dx(4);

    EXPECT_DEATH(max_pool(l, Floats(4), y), "as many samples");
    EXPECT_DEATH(max_pool(l, Floats(6), y), "whole samples");
    EXPECT_DEATH(max_pool_gradient(l, Floats(8), Floats(2), dx), "a gradient for every sample");
    EXPECT_DEATH(avg_pool_gradient(l, Floats(2), dx), "as many samples");
}

}  // namespace
}  // namespace cone::kernels::reference
