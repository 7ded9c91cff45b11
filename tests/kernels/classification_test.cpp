// Cross-entropy and accuracy: known answers, odd logits, broken calls.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/classification.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "cone/base/rng.hpp"

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
