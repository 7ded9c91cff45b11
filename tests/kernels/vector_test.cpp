// Norm and scaling.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/vector.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace cone::kernels {
namespace {

TEST(SquaredNorm, OfNothingIsZero) {
    EXPECT_EQ(squared_norm({}), 0.0);
}

TEST(SquaredNorm, IsExactOnSmallIntegers) {
    EXPECT_EQ(squared_norm(std::vector<float>{3, -4, 12}), 169.0);
}

TEST(SquaredNorm, GoesFromTheFirstToTheLast) {
    const float tiny = 0x1p-27f;  // its square is a quarter of an ulp of 1: lost after the 1, kept before it
    EXPECT_EQ(squared_norm(std::vector<float>{1, tiny, tiny, tiny, tiny}), 1.0);
    EXPECT_EQ(squared_norm(std::vector<float>{tiny, tiny, tiny, tiny, 1}), 1.0 + 0x1p-52);
}

TEST(SquaredNorm, DoesNotOverflowOnTheLargestFloats) {
    const float largest = std::numeric_limits<float>::max();
    EXPECT_TRUE(std::isfinite(squared_norm(std::vector<float>(1000, largest))));
}

TEST(SquaredNorm, OfAnInfiniteOrNanValueIsNotFinite) {
    EXPECT_FALSE(std::isfinite(squared_norm(std::vector<float>{1, std::numeric_limits<float>::infinity()})));
    EXPECT_FALSE(std::isfinite(squared_norm(std::vector<float>{std::nanf(""), 1})));
}

TEST(Scale, RoundsOncePerValue) {
    std::vector<float> x{1, -3, 0, 16777215};
    scale(x, 1.0 / 3);
    EXPECT_EQ(x, (std::vector<float>{static_cast<float>(1.0 / 3), -1, 0, 5592405}));
}

TEST(Scale, ByOneChangesNothing) {
    std::vector<float> x{0.1f, -0.0f, 1e-45f};
    scale(x, 1.0);
    EXPECT_EQ(x, (std::vector<float>{0.1f, -0.0f, 1e-45f}));
    EXPECT_TRUE(std::signbit(x[1]));
}

}  // namespace
}  // namespace cone::kernels
