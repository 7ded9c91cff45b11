// The plain loops of a training step against hand-made answers.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/loops.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace cone::libtorch {
namespace {

using testing::ElementsAre;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Normalise, MapsBlackAndWhite) {
    std::vector<float> out(3);

    normalise(std::vector<std::uint8_t>{0, 255, 128}, out);

    EXPECT_FLOAT_EQ(out[0], -0.4242129f);
    EXPECT_FLOAT_EQ(out[1], 2.8214867f);
    EXPECT_EQ(out[2], static_cast<float>((128 / 255.0 - 0.1307) / 0.3081));
}

TEST(ReluPool, TakesTheLargestOfEachSquareOrZero) {
    const std::vector<float> in{1, 5, -1, -2,  //
                                3, 4, -3, -4,  //
                                2, 2, 0,  9,   //
                                2, 2, 9,  -0.0f};
    std::vector<float> out(4);
    std::vector<std::uint8_t> source(4);

    relu_pool(in, 1, 4, 4, out, source);

    EXPECT_THAT(out, ElementsAre(5, 0, 2, 9));
    EXPECT_THAT(source, ElementsAre(1, 4, 0, 1)) << "the first among equals; 4 where nothing is positive";
}

TEST(ReluPool, PassesOverNan) {
    std::vector<float> out(2);
    std::vector<std::uint8_t> source(2);

    relu_pool(std::vector<float>{kNan, 1, kNan, kNan, kNan, 2, kNan, kNan}, 1, 2, 4, out, source);

    EXPECT_THAT(out, ElementsAre(2, 0));
    EXPECT_THAT(source, ElementsAre(3, 4));
}

TEST(ReluPool, DropsAnOddLastRowAndColumn) {
    std::vector<float> in(2 * 3 * 5);
    std::iota(in.begin(), in.end(), 1.0f);
    std::vector<float> out(4);
    std::vector<std::uint8_t> source(4);
    std::vector<float> back(in.size(), kNan);

    relu_pool(in, 2, 3, 5, out, source);
    relu_pool_backward(std::vector<float>{10, 20, 30, 40}, source, 2, 3, 5, back);

    EXPECT_THAT(out, ElementsAre(7, 9, 22, 24));
    EXPECT_THAT(back, ElementsAre(0, 0, 0, 0, 0, 0, 10, 0, 20, 0, 0, 0, 0, 0, 0,  //
                                  0, 0, 0, 0, 0, 0, 30, 0, 40, 0, 0, 0, 0, 0, 0));
}

TEST(ReluPool, SendsNoGradientWhereTheOutputWasZero) {
    std::vector<float> back(4, kNan);

    relu_pool_backward(std::vector<float>{7}, std::vector<std::uint8_t>{4}, 1, 2, 2, back);

    EXPECT_THAT(back, ElementsAre(0, 0, 0, 0));
}

TEST(Relu, CutsNegativesAndNan) {
    std::vector<float> x{-1, 0, 2, kNan};

    relu(x);

    EXPECT_THAT(x, ElementsAre(0, 0, 2, 0));
    std::vector<float> grad{1, 2, 3, 4};
    relu_backward(x, grad);
    EXPECT_THAT(grad, ElementsAre(0, 0, 3, 0));
}

TEST(SumRows, AddsRowsInOrder) {
    std::vector<float> out(2);

    sum_rows(std::vector<float>{1e8f, 1, 1, 2, -1e8f, 3}, out);

    EXPECT_THAT(out, ElementsAre(0, 6)) << "1e8 + 1 - 1e8 in float, in this order";
}

TEST(CrossEntropyGradient, IsSoftmaxMinusTargetOverRows) {
    const std::vector<float> logits{0, std::log(3.0f), 5, 5};
    std::vector<float> gradient(4);

    cross_entropy_gradient(logits, std::vector<std::uint8_t>{0, 1}, 2, gradient);

    EXPECT_NEAR(gradient[0], (0.25 - 1) / 2, 1e-7);
    EXPECT_NEAR(gradient[1], 0.75 / 2, 1e-7);
    EXPECT_EQ(gradient[2], 0.25f);
    EXPECT_EQ(gradient[3], -0.25f);
}

TEST(CrossEntropyGradient, StandsHugeLogitsAndPassesNanOn) {
    std::vector<float> gradient(4);

    cross_entropy_gradient(std::vector<float>{3e38f, -3e38f, kNan, 0}, std::vector<std::uint8_t>{1, 0}, 2, gradient);

    EXPECT_EQ(gradient[0], 0.5f);
    EXPECT_EQ(gradient[1], -0.5f);
    EXPECT_TRUE(std::isnan(gradient[2]) && std::isnan(gradient[3]));
}

TEST(Sgd, FollowsTheFormula) {
    std::vector<float> weights{1, 2};
    std::vector<float> velocity{0.5f, 0};

    sgd({.rate = 0.5f, .momentum = 0.25f, .decay = 0.125f}, std::vector<float>{1, -1}, velocity, weights);

    EXPECT_THAT(velocity, ElementsAre(0.125f + 1.125f, -0.75f));
    EXPECT_THAT(weights, ElementsAre(1 - 0.625f, 2 + 0.375f));
}

}  // namespace
}  // namespace cone::libtorch
