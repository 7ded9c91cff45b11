// Embedding and self-attention: results worked out by hand, order, causality, special values.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cone_kernels/elementary.hpp"
#include "cone_kernels/operators.hpp"
#include "random_network.hpp"

namespace cone::kernels::reference {
namespace {

using testing::Builder;
using testing::same_bits;
using Bytes = std::vector<std::uint8_t>;
using Floats = std::vector<float>;

const float kNan = std::nanf("");

Layer embedding_layer(std::uint32_t positions, std::uint32_t dimension) {
    return Builder({1, 1, positions}).embedding(dimension).network().layers[0];
}

Layer attention_layer(std::uint32_t dimension, std::uint32_t positions, std::uint32_t heads, bool causal) {
    return Builder({3 * dimension, 1, positions}).attention(heads, causal).network().layers[0];
}

Floats attend(const Layer& l, const Floats& x) {
    Floats y(x.size() / 3, kNan);
    attention(l, x, y);
    return y;
}

Floats attention_backward(const Layer& l, const Floats& x, const Floats& dy) {
    Floats dx(x.size(), kNan);
    attention_gradient(l, x, dy, dx);
    return dx;
}

TEST(Embedding, AddsTheRowOfTheByteAndThatOfThePosition) {
    const Layer l = embedding_layer(2, 2);
    Floats w(512);
    w[2 * 255] = 1;
    w[2 * 255 + 1] = 2;
    w[0] = 3;
    w[1] = 4;
    Floats y(4);

    embedding(l, Bytes{255, 0}, w, Floats{10, 20, 30, 40}, y);

    EXPECT_EQ(y, (Floats{11, 33, 22, 44}));  // (dimension, position)
}

TEST(Embedding, SumsGradientsOverSamplesThenPositions) {
    const Layer l = embedding_layer(2, 1);
    Floats dw(256, kNan), db(2, kNan);

    embedding_gradient(l, Bytes{7, 7, 7, 9}, Floats{1, 1, 0x1p24f, 5}, dw, db);
    EXPECT_EQ(dw[7], 0x1p24f + 2);
    EXPECT_EQ(dw[9], 5.0f);
    EXPECT_EQ(std::count(dw.begin(), dw.end(), 0.0f), 254);
    EXPECT_EQ(db, (Floats{0x1p24f, 6}));  // 1 + 2^24, a tie to even

    embedding_gradient(l, Bytes{7, 7, 7, 9}, Floats{0x1p24f, 1, 1, 5}, dw, db);
    EXPECT_EQ(dw[7], 0x1p24f);
}

TEST(Embedding, SumsThePositionsOfASampleInOrder) {
    const Layer l = embedding_layer(3, 1);
    Floats dw(256), db(3);

    embedding_gradient(l, Bytes{7, 7, 7}, Floats{1, 1, 0x1p24f}, dw, db);
    EXPECT_EQ(dw[7], 0x1p24f + 2);
    embedding_gradient(l, Bytes{7, 7, 7}, Floats{0x1p24f, 1, 1}, dw, db);
    EXPECT_EQ(dw[7], 0x1p24f);
}

TEST(Embedding, GradientOfNoSamplesIsZero) {
    Floats dw(256, kNan), db(2, kNan);

    embedding_gradient(embedding_layer(2, 1), {}, {}, dw, db);

    EXPECT_TRUE(same_bits(dw, Floats(256)));
    EXPECT_TRUE(same_bits(db, Floats(2)));
}

TEST(EmbeddingDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = embedding_layer(2, 1);
    Floats y(2);

    EXPECT_DEATH(embedding(l, Bytes{1}, Floats(256), Floats(2), y), "as many samples");
    EXPECT_DEATH(embedding(l, Bytes{1, 2}, Floats(255), Floats(2), y), "values of the weight");
    EXPECT_DEATH(embedding(l, Bytes{1, 2}, Floats(256), Floats(3), y), "values of the weight");
}

TEST(Attention, OfEqualScoresIsTheMeanOfTheValues) {
    const Layer l = attention_layer(1, 4, 1, false);

    EXPECT_EQ(attend(l, {0, 0, 0, 0, 1, 2, 3, 4, 8, 4, 2, 2}), Floats(4, 4.0f));
}

TEST(Attention, SeesNothingLaterWhenCausal) {
    const Layer l = attention_layer(1, 4, 1, true);

    const Floats y = attend(l, {0, 0, 0, 0, 1, 2, 3, kNan, 8, 4, 6, kNan});

    EXPECT_EQ(y[0], 8.0f);
    EXPECT_EQ(y[1], 6.0f);
    EXPECT_NEAR(y[2], 6.0f, 1e-6);
    EXPECT_TRUE(std::isnan(y[3]));
}

TEST(Attention, FollowsItsFormulaBitForBit) {
    // One head of two channels, two positions: queries (1, 2; 3, 4), keys (0.5, 1; -1, 2), values (1, -1; 5, 3).
    const Layer l = attention_layer(2, 2, 1, false);
    const Floats x{1, 2, 3, 4, 0.5f, 1, -1, 2, 1, -1, 5, 3};
    const auto f = static_cast<float>(1.0 / std::sqrt(2.0));
    const float s00 = -2.5f * f, s01 = 7.0f * f, s10 = -3.0f * f, s11 = 10.0f * f;
    const auto share = [](float own, float other) {
        const double m = std::max(own, other);
        // The lower index comes first in the sum; of two terms the order does not matter.
        return static_cast<float>(exp_exact(own - m) / (exp_exact(own - m) + exp_exact(other - m)));
    };
    const float p00 = share(s00, s01), p01 = share(s01, s00), p10 = share(s10, s11), p11 = share(s11, s10);

    EXPECT_TRUE(same_bits(attend(l, x), Floats{std::fma(p01, -1.0f, p00 * 1), std::fma(p11, -1.0f, p10 * 1),
                                               std::fma(p01, 3.0f, p00 * 5), std::fma(p11, 3.0f, p10 * 5)}));
}

/// One head of three channels, one query that sees itself and an earlier position; the second of two, causal.
struct TwoPositions {
    std::array<float, 3> q{0.7f, -0.3f, 1.1f}, k0, k1{0.4f, 1.3f, -0.6f}, v0{1.7f, 0.2f, -0.9f}, v1{-0.8f, 0.6f, 0.3f};
    float f = static_cast<float>(1.0 / std::sqrt(3.0));
    float p0 = 0, p1 = 0;

    explicit TwoPositions(float first) : k0{first, 0.9f, -1.2f} {
        const float s0 = dot(q, k0) * f, s1 = dot(q, k1) * f;
        const double m = std::max(s0, s1);
        const double e0 = exp_exact(s0 - m), e1 = exp_exact(s1 - m);
        p0 = static_cast<float>(e0 / (e0 + e1));
        p1 = static_cast<float>(e1 / (e0 + e1));
    }
    static float dot(const std::array<float, 3>& a, const std::array<float, 3>& b) {
        return std::fma(a[2], b[2], std::fma(a[1], b[1], a[0] * b[0]));
    }
    [[nodiscard]] Floats x() const {
        Floats values;
        for (const auto& [first, second] : {std::pair{q, q}, {k0, k1}, {v0, v1}}) {
            for (std::size_t i = 0; i < 3; ++i) {
                values.insert(values.end(), {first[i], second[i]});
            }
        }
        return values;
    }
};

TEST(Attention, RoundsScoresAndProbabilitiesInTheirStatedOrder) {
    const Layer l = attention_layer(3, 2, 1, true);
    for (float first = -2; first < 2; first += 0.13f) {
        const TwoPositions t(first);

        const Floats y = attend(l, t.x());

        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(y[2 * i], t.v0[i]);
            EXPECT_EQ(y[2 * i + 1], std::fma(t.p1, t.v1[i], t.p0 * t.v0[i]));
        }
    }
}

TEST(Attention, GradientRoundsInItsStatedOrder) {
    const Layer l = attention_layer(3, 2, 1, true);
    const std::array<float, 3> dy{0.9f, -1.4f, 0.35f};
    for (float first = -2; first < 2; first += 0.13f) {
        const TwoPositions t(first);
        const float g0 = TwoPositions::dot(dy, t.v0), g1 = TwoPositions::dot(dy, t.v1);
        const float h = std::fma(t.p1, g1, t.p0 * g0);
        const float e0 = (t.p0 * (g0 - h)) * t.f, e1 = (t.p1 * (g1 - h)) * t.f;

        const Floats dx = attention_backward(l, t.x(), {0, dy[0], 0, dy[1], 0, dy[2]});

        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(dx[2 * i], 0.0f);
            EXPECT_EQ(dx[2 * i + 1], std::fma(e1, t.k1[i], e0 * t.k0[i]));
            EXPECT_EQ(dx[6 + 2 * i], e0 * t.q[i]);
            EXPECT_EQ(dx[6 + 2 * i + 1], e1 * t.q[i]);
            EXPECT_EQ(dx[12 + 2 * i], t.p0 * dy[i]);
            EXPECT_EQ(dx[12 + 2 * i + 1], t.p1 * dy[i]);
        }
    }
}

TEST(Attention, KeepsHeadsApart) {
    const Layer l = attention_layer(2, 2, 2, false);
    const Layer one = attention_layer(1, 2, 1, false);
    const Floats x{1, 2, 3, 4, 0.5f, 1, -1, 2, 1, -1, 5, 3};

    const Floats y = attend(l, x);

    EXPECT_TRUE(same_bits(std::span(y).first(2), attend(one, {1, 2, 0.5f, 1, 1, -1})));
    EXPECT_TRUE(same_bits(std::span(y).subspan(2), attend(one, {3, 4, -1, 2, 5, 3})));
}

TEST(Attention, SurvivesHugeScores) {
    const Layer l = attention_layer(1, 2, 1, false);

    EXPECT_EQ(attend(l, {1e19f, -1e19f, 1e19f, -1e19f, 5, 7}), (Floats{5, 7}));
}

TEST(Attention, OfAnInfiniteScoreIsNan) {
    const Layer l = attention_layer(1, 2, 1, false);

    for (const float y : attend(l, {1e30f, 1e30f, 1e30f, 1, 5, 7})) {
        EXPECT_TRUE(std::isnan(y));
    }
}

TEST(Attention, OfOnePositionPassesValuesAndTheirGradients) {
    const Layer l = attention_layer(2, 1, 1, true);
    const Floats x{1, 2, 3, 4, 5, 6};

    EXPECT_EQ(attend(l, x), (Floats{5, 6}));
    EXPECT_EQ(attention_backward(l, x, {7, 8}), (Floats{0, 0, 0, 0, 7, 8}));
    EXPECT_TRUE(attend(l, {}).empty());
}

TEST(Attention, GivesNoGradientToWhatIsNotSeen) {
    const Layer l = attention_layer(1, 3, 1, true);

    const Floats dx = attention_backward(l, {1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 0, 0});

    EXPECT_TRUE(same_bits(dx, Floats{0, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(AttentionDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = attention_layer(1, 2, 1, true);
    Floats y(4);

    EXPECT_DEATH(attention(l, Floats(6), y), "as many samples");
    EXPECT_DEATH(attention_gradient(l, Floats(6), Floats(2), y), "whole samples");
}

}  // namespace
}  // namespace cone::kernels::reference
