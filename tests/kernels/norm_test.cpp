// Group and layer norm: results worked out by hand, the order of rounding, constant and special inputs.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "cone_kernels/operators.hpp"
#include "random_network.hpp"

namespace cone::kernels::reference {
namespace {

using testing::Builder;
using testing::same_bits;
using Floats = std::vector<float>;

const float kNan = std::nanf("");
/// 1 / sqrt(variance + eps) as the definition rounds it.
float rstd(float variance) {
    return 1.0f / std::sqrt(variance + 1e-5f);
}

Layer group_layer(const Shape& shape, std::uint32_t groups) {
    return Builder(shape).group_norm(groups).network().layers[0];
}
Layer layer_layer(const Shape& shape) {
    return Builder(shape).same(Op::LayerNorm).network().layers[0];
}

Floats group_forward(const Layer& l, const Floats& x, const Floats& gamma, const Floats& beta) {
    Floats y(x.size());
    group_norm(l, x, gamma, beta, y);
    return y;
}
Floats layer_forward(const Layer& l, const Floats& x, const Floats& gamma, const Floats& beta) {
    Floats y(x.size());
    layer_norm(l, x, gamma, beta, y);
    return y;
}

struct Gradients {
    Floats dx, dgamma, dbeta;
};
template <class Norm>
Gradients gradients(Norm norm, const Layer& l, const Floats& x, const Floats& dy, const Floats& gamma) {
    Gradients g{Floats(x.size(), kNan), Floats(gamma.size(), kNan), Floats(gamma.size(), kNan)};
    norm(l, x, dy, gamma, g.dx, g.dgamma, g.dbeta);
    return g;
}

TEST(GroupNorm, NormalisesEveryGroupByItself) {
    // Group 0: 1, 3, 5, 7, mean 4, variance 5. Group 1: constant.
    const Layer l = group_layer({4, 1, 2}, 2);
    const float r = rstd(5);

    const Floats y = group_forward(l, {1, 3, 5, 7, 9, 9, 9, 9}, {1, 2, 3, 4}, {0, 10, 20, 30});

    EXPECT_TRUE(
        same_bits(y, Floats{-3 * r, -1 * r, std::fma(1 * r, 2.0f, 10.0f), std::fma(3 * r, 2.0f, 10.0f), 20, 20, 30, 30}));
}

TEST(GroupNorm, SumsEveryChannelByItselfFirst) {
    // Channels 2^24, 1 and 1, 1: 2^24 + 2 by channels, 2^24 in one run.
    const Layer l = group_layer({2, 1, 2}, 1);
    const float mean = (0x1p24f + 2) * 0.25f;
    const float d0 = 0x1p24f - mean, d1 = 1 - mean;
    const float squares = std::fma(d1, d1, d0 * d0) + std::fma(d1, d1, d1 * d1);

    const Floats y = group_forward(l, {0x1p24f, 1, 1, 1}, {1, 1}, {0, 0});

    const float r = rstd(squares * 0.25f);
    EXPECT_TRUE(same_bits(y, Floats{d0 * r, d1 * r, d1 * r, d1 * r}));
}

TEST(GroupNorm, OfConstantsIsBeta) {
    EXPECT_TRUE(
        same_bits(group_forward(group_layer({2, 2, 2}, 1), Floats(8, 0.5f), {3, 4}, {7, 8}), Floats{7, 7, 7, 7, 8, 8, 8, 8}));
    EXPECT_TRUE(same_bits(group_forward(group_layer({1, 1, 1}, 1), {-123.0f}, {5}, {-2}), Floats{-2}));
    EXPECT_TRUE(group_forward(group_layer({1, 1, 1}, 1), {}, {5}, {-2}).empty());
}

TEST(GroupNorm, PassesNanAndInfinityToItsGroupOnly) {
    const Layer l = group_layer({2, 1, 2}, 2);
    for (const float bad : {kNan, INFINITY, 3e38f}) {
        const Floats y = group_forward(l, {bad, 1, 1, 1}, {1, 1}, {0, 0});
        EXPECT_TRUE(bad > 3e37f && std::isfinite(bad) ? y[0] == 0 : std::isnan(y[0])) << bad;  // 3e38: variance inf, rstd 0
        EXPECT_EQ(y[2], 0.0f);
    }
}

TEST(GroupNorm, GradientOfAConstantIsZeroInTheMean) {
    // With z = 0: dx = (dy - mean dy) * rstd, dgamma = 0, dbeta = sum dy.
    const Layer l = group_layer({1, 1, 2}, 1);
    Floats dy(16);
    dy[0] = 1;
    dy[1] = 3;

    const auto g = gradients(group_norm_gradient, l, Floats(16, 5.0f), dy, {1});

    EXPECT_TRUE(same_bits(std::span(g.dx).first(2), Floats{-rstd(0), rstd(0)}));
    EXPECT_TRUE(same_bits(g.dgamma, Floats{0}));
    EXPECT_TRUE(same_bits(g.dbeta, Floats{4}));
}

TEST(GroupNorm, SumsSamplesInEightLanes) {
    const Layer l = group_layer({1, 1, 1}, 1);
    Floats dy(16);
    dy[0] = 0x1p24f;
    dy[4] = dy[8] = dy[12] = 1;

    EXPECT_EQ(gradients(group_norm_gradient, l, Floats(16), dy, {1}).dbeta, Floats{0x1p24f + 2});
}

/// 16 samples of two values; samples 0, 4, 8 and 12 are (-1, 1), with these gradients of the second value.
struct LaneTrial {
    Floats x = Floats(32), dy = Floats(32);
    explicit LaneTrial(const std::array<float, 4>& gradients) {
        for (std::size_t i = 0; i < 4; ++i) {
            x[8 * i] = -1;
            x[8 * i + 1] = 1;
            dy[8 * i + 1] = gradients[i];
        }
    }
};

TEST(GroupNorm, SumsGammasGradientInEightLanes) {
    const float z = rstd(1);
    const LaneTrial t({0x1p25f, 1, 1, 1});
    const float large = 0x1p25f * z;
    const float in_lanes = (large + z) + (z + z);  // samples 0 and 8, samples 4 and 12

    EXPECT_TRUE(same_bits(gradients(group_norm_gradient, group_layer({1, 1, 2}, 1), t.x, t.dy, {1}).dgamma, Floats{in_lanes}));
    EXPECT_NE(in_lanes, ((large + z) + z) + z);
}

TEST(GroupNorm, GradientRoundsInItsStatedOrder) {
    // One channel of two positions, mean 0, z = -r and r.
    const Layer l = group_layer({1, 1, 2}, 1);
    Floats x(16), dy(16);
    x[0] = -1;
    x[1] = 1;
    const float r = rstd(1);
    for (float g = 0.1f; g < 3; g += 0.17f) {
        dy[0] = g;
        dy[1] = 1.3f;
        const float gamma = 0.7f;
        const float mean_a = gamma * (g + 1.3f) * 0.5f;
        const float mean_b = gamma * std::fma(1.3f, r, g * -r) * 0.5f;

        const auto dx = gradients(group_norm_gradient, l, x, dy, {gamma}).dx;

        EXPECT_TRUE(same_bits(std::span(dx).first(2), Floats{std::fma(r, mean_b, std::fma(g, gamma, -mean_a)) * r,
                                                             std::fma(-r, mean_b, std::fma(1.3f, gamma, -mean_a)) * r}));
    }
}

TEST(LayerNorm, SumsGammasGradientInEightLanes) {
    const float z = rstd(1);
    const LaneTrial t({0x1p25f, 1, 1, 1});
    // Chains: the product with z is not rounded by itself.
    const float in_lanes = std::fma(1.0f, z, 0x1p25f * z) + (z + z);

    const auto g = gradients(layer_norm_gradient, layer_layer({2, 1, 1}), t.x, t.dy, {1, 1});

    EXPECT_TRUE(same_bits(g.dgamma, Floats{0, in_lanes}));
    EXPECT_NE(in_lanes, std::fma(1.0f, z, std::fma(1.0f, z, std::fma(1.0f, z, 0x1p25f * z))));
}

TEST(LayerNorm, NormalisesTheChannelsOfEveryPosition) {
    // Position 0: 1, 3; position 1: 4, 4.
    const Layer l = layer_layer({2, 1, 2});
    const float r = rstd(1);

    EXPECT_TRUE(same_bits(layer_forward(l, {1, 4, 3, 4}, {2, 3}, {0.5f, -1}),
                          Floats{std::fma(-r, 2.0f, 0.5f), 0.5f, std::fma(r, 3.0f, -1.0f), -1}));
}

TEST(LayerNorm, SumsChannelsInOrder) {
    // 2^24 + 1 is lost; 1 + 1 + 2^24 is not.
    const Layer l = layer_layer({3, 1, 1});
    const float third = static_cast<float>(1.0 / 3.0);
    const auto expected = [&](const Floats& x, float sum) {
        const float mean = sum * third;
        float squares = 0;
        for (const float v : x) {
            squares = std::fma(v - mean, v - mean, squares);
        }
        Floats y;
        for (const float v : x) {
            y.push_back((v - mean) * rstd(squares * third));
        }
        return y;
    };

    for (const auto& [x, sum] : {std::pair{Floats{0x1p24f, 1, 1}, 0x1p24f}, {Floats{1, 1, 0x1p24f}, 0x1p24f + 2}}) {
        EXPECT_TRUE(same_bits(layer_forward(l, x, {1, 1, 1}, {0, 0, 0}), expected(x, sum)));
    }
}

TEST(LayerNorm, OfOneChannelIsBeta) {
    EXPECT_TRUE(same_bits(layer_forward(layer_layer({1, 1, 3}), {1, -2, 1e30f}, {5}, {-0.5f}), Floats(3, -0.5f)));
}

TEST(LayerNorm, SumsSamplesAndPositionsInEightLanes) {
    const Layer l = layer_layer({1, 1, 2});
    Floats dy(32);
    dy[0] = 0x1p24f;    // sample 0, lane 0, with sample 8
    dy[1] = 1;          // lost at once
    dy[8] = dy[9] = 1;  // sample 4, meets lane 0 last
    dy[16] = 1;         // sample 8: lost too

    const auto g = gradients(layer_norm_gradient, l, Floats(32), dy, {1});

    EXPECT_EQ(g.dbeta, Floats{0x1p24f + 2});
    EXPECT_EQ(g.dgamma, Floats{0});
}

TEST(LayerNorm, RoundsGammaTimesGradientBeforeItsChain) {
    const Layer l = layer_layer({2, 1, 1});
    Floats x(16), dy(16);
    x[1] = 2;
    const Floats gamma{0.7f, 1.1f};
    const float r = rstd(1);
    for (float d = 0.1f; d < 3; d += 0.17f) {
        dy[0] = d;
        dy[1] = 1.3f;
        const float mean_a = std::fma(gamma[1], dy[1], gamma[0] * d) * 0.5f;
        const float mean_b = std::fma(gamma[1] * dy[1], r, (gamma[0] * d) * -r) * 0.5f;

        const auto dx = gradients(layer_norm_gradient, l, x, dy, gamma).dx;

        EXPECT_TRUE(same_bits(std::span(dx).first(2), Floats{std::fma(r, mean_b, std::fma(d, gamma[0], -mean_a)) * r,
                                                             std::fma(-r, mean_b, std::fma(dy[1], gamma[1], -mean_a)) * r}));
    }
}

TEST(NormDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = group_layer({2, 1, 2}, 1);
    Floats y(4), two(2), one(1);

    EXPECT_DEATH(group_norm(l, Floats(4), one, two, y), "a gamma and a beta");
    EXPECT_DEATH(layer_norm(l, Floats(4), two, one, y), "a gamma and a beta");
    EXPECT_DEATH(group_norm(l, Floats(8), two, two, y), "as many samples");
    EXPECT_DEATH(layer_norm_gradient(l, Floats(4), Floats(4), two, y, two, one), "a gamma and a beta");
}

}  // namespace
}  // namespace cone::kernels::reference
