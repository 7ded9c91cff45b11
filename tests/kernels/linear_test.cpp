// Linear layer and ReLU: results worked out by hand, and the values at the edges of float.
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

Layer linear_layer(std::uint32_t in, std::uint32_t out) {
    return Builder({in, 1, 1}).linear(out).network().layers[0];
}

Floats forward(const Layer& l, const Floats& x, const Floats& w, const Floats& b) {
    Floats y(x.size() / l.in.values() * l.out.values());
    linear(l, x, w, b, y);
    return y;
}

TEST(Linear, AddsProductsToTheBias) {
    EXPECT_EQ(forward(linear_layer(3, 2), {1, 2, 3, 4, 5, 6}, {1, 10, 100, -1, 0, 1}, {0.5, 0.25}),
              (Floats{321.5, 2.25, 654.5, 2.25}));
}

TEST(Linear, TakesInputsAscending) {
    const Layer l = linear_layer(3, 1);

    EXPECT_EQ(forward(l, {0x1p24f, 1, 1}, {1, 1, 1}, {0}), Floats{0x1p24f});
    EXPECT_EQ(forward(l, {1, 1, 0x1p24f}, {1, 1, 1}, {0}), Floats{0x1p24f + 2});
}

TEST(Linear, DataGradientTakesOutputsAscending) {
    Floats dx(1);
    linear_data_gradient(linear_layer(1, 3), Floats{1, 1, 0x1p24f}, Floats{1, 1, 1}, dx);
    EXPECT_EQ(dx, Floats{0x1p24f + 2});
    linear_data_gradient(linear_layer(1, 3), Floats{0x1p24f, 1, 1}, Floats{1, 1, 1}, dx);
    EXPECT_EQ(dx, Floats{0x1p24f});
}

TEST(Linear, WeightGradientIsOneChainOverSamples) {
    // In lanes, samples 8 and 1 would be added apart from sample 0.
    Floats dy(16), dw(1), db(1);
    dy[0] = 0x1p24f;
    dy[4] = dy[8] = dy[12] = 1;

    linear_weight_gradient(linear_layer(1, 1), Floats(16, 1.0f), dy, dw, db);

    EXPECT_EQ(dw, Floats{0x1p24f});
    EXPECT_EQ(db, Floats{0x1p24f});
}

TEST(Linear, GradientsAreZeroWithoutSamples) {
    Floats dw(6, kNan), db(3, kNan);

    linear_weight_gradient(linear_layer(2, 3), {}, {}, dw, db);

    EXPECT_TRUE(same_bits(dw, Floats(6)));
    EXPECT_TRUE(same_bits(db, Floats(3)));
}

TEST(Linear, FillingSamplesTakePart) {
    // x * +0 = -0 for x < 0 leaves acc = -0; for x > 0 it makes it +0. The first product underflows to -0.
    Floats dw(1), db(1);
    Floats x(8, -1.0f), dy(8);
    x[0] = 0x1p-100f;
    dy[0] = -0x1p-60f;

    linear_weight_gradient(linear_layer(1, 1), x, dy, dw, db);
    EXPECT_TRUE(same_bits(dw, Floats{-0.0f}));

    x[7] = 1;
    linear_weight_gradient(linear_layer(1, 1), x, dy, dw, db);
    EXPECT_TRUE(same_bits(dw, Floats{0.0f}));
}

TEST(LinearDeath, StopsOnSpansThatDoNotFit) {
    const Layer l = linear_layer(2, 3);
    Floats y(3), dw(6), db(2);

    EXPECT_DEATH(linear(l, Floats(3), Floats(6), Floats(3), y), "samples in and out");
    EXPECT_DEATH(linear(l, Floats(4), Floats(6), Floats(3), y), "samples in and out");
    EXPECT_DEATH(linear(l, Floats(2), Floats(5), Floats(3), y), "values of the weight");
    EXPECT_DEATH(linear_weight_gradient(l, Floats(2), Floats(3), dw, db), "values of the weight");
}

TEST(Relu, KeepsWhatIsGreaterThanZero) {
    const Floats x{1.5f, -1.5f, 0x1p-149f, -0x1p-149f, kInf, -kInf, 0.0f, -0.0f, kNan, -kNan};
    Floats y(x.size());

    relu(x, y);

    EXPECT_TRUE(same_bits(y, Floats{1.5f, 0, 0x1p-149f, 0, kInf, 0, 0, 0, 0, 0}));
}

TEST(Relu, PassesGradientsWhereTheOutputIsGreaterThanZero) {
    Floats dx(5, kNan);

    relu_gradient(Floats{1, 0x1p-149f, 0, kInf, 0}, Floats{-0.0f, -2, 3, kNan, kNan}, dx);

    EXPECT_TRUE(same_bits(std::span(dx).first(3), Floats{-0.0f, -2, 0}));
    EXPECT_TRUE(std::isnan(dx[3]));
    EXPECT_TRUE(same_bits(std::span(dx).subspan(4), Floats{0}));
}

TEST(ReluDeath, StopsOnSizesThatDiffer) {
    Floats y(2);

    EXPECT_DEATH(relu(Floats(3), y), "sizes differ");
    EXPECT_DEATH(relu_gradient(Floats(2), Floats(3), y), "sizes differ");
}

}  // namespace
}  // namespace cone::kernels::reference
