// Cross-entropy and accuracy: known answers, odd logits, broken calls.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/classification.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cone/base/rng.hpp"
#include "cone_kernels/elementary.hpp"

namespace cone::kernels {
namespace {

using Labels = std::vector<std::uint8_t>;
constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

double cross_entropy(const std::vector<float>& logits, const Labels& labels, std::size_t classes) {
    return cross_entropy_sum(logits, labels, classes);
}

TEST(CrossEntropy, OfEqualLogitsIsTheLogOfTheClasses) {
    EXPECT_NEAR(cross_entropy({5, 5, 5, 5}, {2}, 4), std::log(4.0), 1e-15);
    EXPECT_NEAR(cross_entropy(std::vector<float>(30, -2), {0, 5, 9}, 10), 3 * std::log(10.0), 1e-14);
}

TEST(CrossEntropy, OfNoRowsIsZero) {
    EXPECT_EQ(cross_entropy({}, {}, 10), 0.0);
}

TEST(CrossEntropy, MatchesLongDoubleOnRandomRows) {
    const Rng random(3, RngStream::Probe, 0);
    std::vector<float> logits;
    Labels labels;
    long double expected = 0;
    for (std::uint64_t row = 0; row < 2000; ++row) {
        long double sum = 0;
        labels.push_back(static_cast<std::uint8_t>(random.below(row, 10)));
        for (std::uint64_t c = 0; c < 10; ++c) {
            logits.push_back(static_cast<float>(40 * random.uniform(10000 + row * 10 + c) - 20));
            sum += std::exp(static_cast<long double>(logits.back()));
        }
        expected += std::log(sum) - static_cast<long double>(logits[row * 10 + labels.back()]);
    }
    EXPECT_NEAR(cross_entropy(logits, labels, 10), static_cast<double>(expected), 1e-9);
}

TEST(CrossEntropy, SurvivesHugeLogits) {
    EXPECT_EQ(cross_entropy({3e38f, -3e38f}, {0}, 2), 0.0);
    EXPECT_NEAR(cross_entropy({3e38f, -3e38f}, {1}, 2), 6e38, 1e32);
}

TEST(CrossEntropy, IsInfiniteWhenALogitIsNot) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(cross_entropy({0, kInf}, {1}, 2), infinity);
    EXPECT_EQ(cross_entropy({0, -kInf}, {0}, 2), infinity);
    EXPECT_EQ(cross_entropy({kNan, 0}, {1}, 2), infinity);
    EXPECT_EQ(cross_entropy({0, 0, 0, kNan}, {1, 1}, 2), infinity);
}

std::vector<float> gradient(const std::vector<float>& logits, const Labels& labels, std::size_t classes,
                            std::uint32_t divisor) {
    std::vector<float> out(logits.size(), kNan);
    cross_entropy_gradient(logits, labels, classes, divisor, out);
    return out;
}

TEST(CrossEntropyGradient, IsSoftmaxMinusOneHot) {
    EXPECT_EQ(gradient({2, 2, -1, -1}, {0, 1}, 2, 2), (std::vector<float>{-0.25f, 0.25f, 0.25f, -0.25f}));
    EXPECT_EQ(gradient({7}, {0}, 1, 1), std::vector<float>{0});
    EXPECT_TRUE(gradient({}, {}, 3, 1).empty());
}

TEST(CrossEntropyGradient, DividesByTheWholeBatch) {
    EXPECT_EQ(gradient({2, 2}, {0}, 2, 64), (std::vector<float>{-0x1p-7f, 0x1p-7f}));
}

TEST(CrossEntropyGradient, FollowsItsFormulaBitForBit) {
    const Rng random(4, RngStream::Probe, 0);
    for (std::uint64_t row = 0; row < 500; ++row) {
        std::vector<float> z;
        for (std::uint64_t c = 0; c < 7; ++c) {
            z.push_back(static_cast<float>(20 * random.uniform(row * 7 + c) - 10));
        }
        const double largest = *std::max_element(z.begin(), z.end());
        double sum = 0;
        for (const float value : z) {
            sum += exp_exact(value - largest);
        }
        const auto out = gradient(z, {3}, 7, 13);
        for (std::size_t c = 0; c < 7; ++c) {
            EXPECT_EQ(out[c], static_cast<float>((exp_exact(z[c] - largest) / sum - (c == 3 ? 1.0 : 0.0)) / 13)) << row;
        }
    }
}

TEST(CrossEntropyGradient, SurvivesHugeLogits) {
    EXPECT_EQ(gradient({3e38f, -3e38f}, {1}, 2, 1), (std::vector<float>{1, -1}));
    EXPECT_EQ(gradient({0, -kInf}, {0}, 2, 1), (std::vector<float>{0, 0}));
}

TEST(CrossEntropyGradient, IsNanThroughoutWhereALogitIsNanOrPlusInfinity) {
    for (const auto& row : {std::vector<float>{kNan, 1, 2}, {1, kNan, 2}, {1, 2, kInf}, {-kInf, -kInf, -kInf}}) {
        for (const float value : gradient(row, {1}, 3, 1)) {
            EXPECT_TRUE(std::isnan(value));
        }
    }
}

TEST(CrossEntropyGradientDeath, StopsOnMisuse) {
    EXPECT_DEATH(gradient({1, 2}, {0}, 2, 0), "divisor");
    EXPECT_DEATH(gradient(std::vector<float>(257), {0}, 257, 1), "classes");
    EXPECT_DEATH(gradient({1, 2, 3}, {0}, 2, 1), "shape");
    EXPECT_DEATH(gradient({1, 2}, {2}, 2, 1), "label outside");
}

TEST(CountCorrect, TakesTheFirstOfEqualLogits) {
    const std::vector<float> logits{1, 1, 0, 2, 2, 2};
    EXPECT_EQ(count_correct(logits, Labels{0, 0}, 3), 2u);
    EXPECT_EQ(count_correct(logits, Labels{1, 2}, 3), 0u);
}

TEST(CountCorrect, CountsRows) {
    EXPECT_EQ(count_correct(std::vector<float>{0, 1, 1, 0, -5, -4}, Labels{1, 1, 1}, 2), 2u);
    EXPECT_EQ(count_correct({}, {}, 2), 0u);
}

TEST(CountCorrect, NeverTrustsNan) {
    for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
        EXPECT_EQ(count_correct(std::vector<float>{kNan, 1}, Labels{label}, 2), 0u);
        EXPECT_EQ(count_correct(std::vector<float>{1, kNan}, Labels{label}, 2), 0u);
    }
}

TEST(ClassificationDeathTest, StopsOnLabelsOutsideTheClassesAndWrongShapes) {
    EXPECT_DEATH((void)cross_entropy({0, 1}, {2}, 2), "label outside");
    EXPECT_DEATH((void)cross_entropy({0, 1, 2}, {1}, 2), "shape");
    EXPECT_DEATH((void)count_correct(std::vector<float>{0, 1}, Labels{0, 1}, 2), "shape");
}

}  // namespace
}  // namespace cone::kernels
