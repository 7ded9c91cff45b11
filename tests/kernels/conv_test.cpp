// Convolution: results worked out by hand, and the values at the edges of float.
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
constexpr float kTiny = std::numeric_limits<float>::denorm_min();

Layer layer_of(const Builder& builder) {
    return builder.network().layers[0];
}

Floats forward(const Layer& l, const Floats& x, const Floats& w, const Floats& b) {
    Floats y(x.size() / l.in.values() * l.out.values());
    conv(l, x, w, b, y);
    return y;
}

Floats data_gradient(const Layer& l, const Floats& dy, const Floats& w) {
    Floats dx(dy.size() / l.out.values() * l.in.values());
    conv_data_gradient(l, dy, w, dx);
    return dx;
}

struct WeightGradient {
    Floats dw;
    Floats db;
};

WeightGradient weight_gradient(const Layer& l, const Floats& x, const Floats& dy) {
    WeightGradient g{Floats(weight_values(l)), Floats(bias_values(l))};
    conv_weight_gradient(l, x, dy, g.dw, g.db);
    return g;
}

TEST(Conv, AddsProductsToTheBias) {
    const Layer l = layer_of(Builder({1, 2, 3}).conv(2, 2));

    const Floats y = forward(l, {1, 2, 3, 4, 5, 6}, {1, 10, 100, 1000, 0, 0, 0, 1}, {0.5, -5});

    EXPECT_EQ(y, (Floats{5421.5, 6532.5, 0, 1}));
}

TEST(Conv, ReadsZeroOutside) {
    const Layer l = layer_of(Builder({1, 1, 2}).conv(1, 3, 3, 1, 1, 0));

    EXPECT_EQ(forward(l, {3, 5}, {1, 2, 4, 8, 16, 32, 64, 128, 256}, {0}), (Floats{3 * 16 + 5 * 32, 3 * 8 + 5 * 16}));
}

TEST(Conv, StepsByItsStride) {
    const Layer l = layer_of(Builder({1, 1, 7}).conv(1, 1, 3, 2, 0, 0));

    EXPECT_EQ(l.out.width, 3u);
    EXPECT_EQ(forward(l, {1, 2, 3, 4, 5, 6, 7}, {1, 10, 100}, {0}), (Floats{321, 543, 765}));
}

TEST(Conv, LeavesCroppedOutputsAndTheirGradientsOut) {
    Layer l = layer_of(Builder({1, 1, 4}).conv(1, 1, 2, 1, 0, 0));
    l.out.width = 2;

    EXPECT_EQ(forward(l, {1, 2, 3, 4}, {1, 10}, {0}), (Floats{21, 32}));
    EXPECT_EQ(data_gradient(l, {1, 2}, {1, 10}), (Floats{1, 12, 20, 0}));
}

TEST(Conv, TakesChannelsThenRowsThenColumns) {
    // Ones added to 2^24 are lost one at a time; two that come first are kept, and 2^24 + 3 is a tie to 2^24 + 4.
    const Layer l = layer_of(Builder({2, 1, 2}).conv(1, 1, 2, 1, 0, 0));

    EXPECT_EQ(forward(l, {0x1p24f, 1, 1, 1}, {1, 1, 1, 1}, {0}), Floats{0x1p24f});
    EXPECT_EQ(forward(l, {1, 1, 0x1p24f, 1}, {1, 1, 1, 1}, {0}), Floats{0x1p24f + 4});
    EXPECT_EQ(forward(l, {1, 0x1p24f, 1, 1}, {1, 1, 1, 1}, {0}), Floats{0x1p24f});
    EXPECT_EQ(forward(l, {0, 0, 0, 1}, {1, 1, 1, 1}, {0x1p24f}), Floats{0x1p24f});
}

TEST(Conv, RoundsOnceAStep) {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: a product rounded by itself would lose the last term.
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 1));

    EXPECT_EQ(forward(l, {1 + 0x1p-12f}, {1 + 0x1p-12f}, {-1}), Floats{0x1p-11f + 0x1p-24f});
}

TEST(Conv, SumsBatchesInEightLanes) {
    // Lane 0 holds samples 0 and 8; lanes i and i + 4 meet first.
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 1));
    Floats dy(16);
    dy[0] = 0x1p24f;
    dy[8] = 1;
    dy[4] = 1;
    dy[12] = 1;

    const auto g = weight_gradient(l, Floats(16, 1.0f), dy);

    EXPECT_EQ(g.dw, Floats{0x1p24f + 2});
    EXPECT_EQ(g.db, Floats{0x1p24f + 2});
}

TEST(Conv, SumsTheSamplesOfALaneInOrder) {
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 1));
    Floats small_first(24), large_first(24);
    small_first[3] = small_first[11] = large_first[11] = large_first[19] = 1;
    small_first[19] = large_first[3] = 0x1p24f;

    EXPECT_EQ(weight_gradient(l, Floats(24, 1.0f), small_first).dw, Floats{0x1p24f + 2});
    EXPECT_EQ(weight_gradient(l, Floats(24, 1.0f), small_first).db, Floats{0x1p24f + 2});
    EXPECT_EQ(weight_gradient(l, Floats(24, 1.0f), large_first).dw, Floats{0x1p24f});
    EXPECT_EQ(weight_gradient(l, Floats(24, 1.0f), large_first).db, Floats{0x1p24f});
}

TEST(Conv, SumsPositionsInOrderWithinASample) {
    const Layer l = layer_of(Builder({1, 1, 3}).conv(1, 1));
    Floats dy(24);
    dy[0] = dy[1] = 2;
    dy[2] = 0x1p24f;
    dy[3] = 0x1p24f;
    dy[4] = dy[5] = 1;  // lost one at a time

    const auto g = weight_gradient(l, Floats(24, 1.0f), dy);

    EXPECT_EQ(g.dw, Floats{0x1p25f + 4});
    EXPECT_EQ(g.db, Floats{0x1p25f + 4});
}

TEST(Conv, GradientsAreZeroWithoutSamples) {
    const Layer l = layer_of(Builder({2, 3, 3}).conv(2, 2));

    const auto g = weight_gradient(l, {}, {});

    EXPECT_TRUE(same_bits(g.dw, Floats(16)));
    EXPECT_TRUE(same_bits(g.db, Floats(2)));
    EXPECT_TRUE(forward(l, {}, Floats(16), Floats(2)).empty());
}

TEST(Conv, StrideLeavesInputsThatNoOutputReadAtZero) {
    const Layer l = layer_of(Builder({1, 1, 5}).conv(1, 1, 1, 2, 0, 0));

    EXPECT_TRUE(same_bits(data_gradient(l, {1, 2, 3}, {-3}), Floats{-3, 0, -6, 0, -9}));
}

TEST(Conv, PaddingTakesPartAndCanMakeMinusZeroPlusZero) {
    // acc = -0 (bias); +0 outside times -1 is -0 and leaves it; times +1 gives -0 + +0 = +0.
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 3, 3, 1, 1, 0));
    const Floats all_negative(9, -1.0f);
    Floats one_positive = all_negative;
    one_positive[0] = 1;

    EXPECT_TRUE(same_bits(forward(l, {0}, all_negative, {-0.0f}), Floats{-0.0f}));
    EXPECT_TRUE(same_bits(forward(l, {0}, one_positive, {-0.0f}), Floats{0.0f}));
}

TEST(Conv, PaddingTimesAnInfiniteWeightIsNan) {
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 3, 3, 1, 1, 0));
    Floats w(9, 1.0f);
    w[0] = kInf;

    EXPECT_TRUE(std::isnan(forward(l, {1}, w, {0})[0]));
    EXPECT_TRUE(std::isnan(data_gradient(l, {1}, w)[0]));
}

TEST(Conv, KeepsSubnormals) {
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 1));

    EXPECT_EQ(forward(l, {kTiny}, {1}, {kTiny}), Floats{2 * kTiny});
    EXPECT_TRUE(same_bits(forward(l, {0x1p-100f}, {-0x1p-60f}, {0}), Floats{-0.0f}));  // a product that underflows
    EXPECT_EQ(forward(l, {0x1p-75f}, {0x1.8p-75f}, {0}), Floats{kTiny});               // 1.5 * 2^-150 rounds up to 2^-149
    EXPECT_EQ(forward(l, {0x1p-75f}, {0x1p-75f}, {0}), Floats{0});                     // the tie at 2^-150 goes to even
}

TEST(Conv, PassesInfinitiesAndNanOn) {
    const Layer l = layer_of(Builder({1, 1, 1}).conv(1, 1));

    EXPECT_EQ(forward(l, {kInf}, {-2}, {1}), Floats{-kInf});
    EXPECT_EQ(forward(l, {3e38f}, {2}, {0}), Floats{kInf});
    EXPECT_TRUE(std::isnan(forward(l, {kInf}, {0}, {1})[0]));
    EXPECT_TRUE(std::isnan(forward(l, {kInf}, {1}, {-kInf})[0]));
    EXPECT_TRUE(std::isnan(forward(l, {1}, {1}, {std::nanf("")})[0]));
}

TEST(ConvDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = layer_of(Builder({1, 2, 2}).conv(1, 2));
    Floats y(1);

    EXPECT_DEATH(conv(l, Floats(5), Floats(4), Floats(1), y), "whole samples");
    EXPECT_DEATH(conv(l, Floats(8), Floats(4), Floats(1), y), "as many samples in as out");
    EXPECT_DEATH(conv(l, Floats(4), Floats(8), Floats(1), y), "values of the weight");
    EXPECT_DEATH(conv(l, Floats(4), Floats(4), Floats(2), y), "values of the weight");
}

}  // namespace
}  // namespace cone::kernels::reference
