// The wide product has the bits of the plain loop for every shape, and the dense layer is what it says.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/products.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "cone/base/rng.hpp"

namespace cone::libtorch {
namespace {

using testing::ElementsAre;

/// Values of many magnitudes, so that another order of additions shows.
std::vector<float> random_values(std::size_t count, std::uint32_t substream) {
    const Rng rng(std::uint64_t{1}, RngStream::Probe, substream);
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] =
            static_cast<float>((2 * rng.uniform(2 * i) - 1) * std::exp2(static_cast<double>(rng.below(2 * i + 1, 24)) - 12));
    }
    return values;
}

TEST(Multiply, HasTheBitsOfThePlainLoopForEveryShape) {
    for (const std::size_t rows : {1u, 3u, 4u, 5u, 9u}) {
        for (const std::size_t depth : {0u, 1u, 7u, 33u}) {
            for (std::size_t columns = 1; columns <= 35; ++columns) {
                const auto a = random_values(rows * depth + 1, 1);
                const auto b = random_values(depth * columns + 1, 2);
                for (const StridedMatrix& view : {StridedMatrix{a.data(), depth, 1}, StridedMatrix{a.data(), 1, rows}}) {
                    std::vector<float> wide(rows * columns, 9);
                    std::vector<float> plain(rows * columns, 8);
                    multiply(view, b.data(), wide.data(), rows, depth, columns);
                    multiply_plain(view, b.data(), plain.data(), rows, depth, columns);
                    ASSERT_EQ(std::memcmp(wide.data(), plain.data(), wide.size() * sizeof(float)), 0)
                        << rows << " x " << depth << " x " << columns;
                }
            }
        }
    }
}

TEST(Multiply, KnowsASmallAnswer) {
    const std::vector<float> a{1, 2, 3, 4};
    const std::vector<float> b{5, 6, 7, 8};
    std::vector<float> c(4);

    multiply({a.data(), 2, 1}, b.data(), c.data(), 2, 2, 2);
    EXPECT_THAT(c, ElementsAre(19, 22, 43, 50));
    multiply({a.data(), 1, 2}, b.data(), c.data(), 2, 2, 2);  // a transposed
    EXPECT_THAT(c, ElementsAre(26, 30, 38, 44));
}

TEST(Multiply, CarriesNanAndDenormals) {
    const std::vector<float> a{std::numeric_limits<float>::denorm_min(), 1};
    const std::vector<float> b{1, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::denorm_min(), 2};
    std::vector<float> c(2);

    multiply({a.data(), 2, 1}, b.data(), c.data(), 1, 2, 2);

    EXPECT_EQ(c[0], 2 * std::numeric_limits<float>::denorm_min());
    EXPECT_TRUE(std::isnan(c[1]));
}

TEST(Dense, ComputesForwardAndBothGradients) {
    const std::vector<float> x{1, 2, 3, 4, 5, 6};        // batch 2, in 3
    const std::vector<float> weight{1, 0, -1, 2, 1, 0};  // out 2, in 3
    const std::vector<float> bias{10, 20};
    const std::vector<float> grad{1, 2, 3, 4};
    std::vector<float> y(4);
    std::vector<float> grad_weight(6);
    std::vector<float> grad_x(6);

    dense(x, weight, bias, y);
    dense_weight_gradient(grad, x, 2, grad_weight);
    dense_input_gradient(grad, weight, 2, grad_x);

    EXPECT_THAT(y, ElementsAre(8, 24, 8, 33));
    EXPECT_THAT(grad_weight, ElementsAre(13, 17, 21, 18, 24, 30));
    EXPECT_THAT(grad_x, ElementsAre(5, 2, -1, 11, 4, -3));
}

TEST(Dense, ARowDoesNotDependOnItsBatch) {
    const auto weight = random_values(84 * 120, 3);
    const auto bias = random_values(84, 4);
    const auto x = random_values(50 * 120, 5);
    std::vector<float> together(50 * 84);
    dense(x, weight, bias, together);

    for (const std::size_t row : {0u, 17u, 49u}) {
        std::vector<float> alone(84);
        dense(std::span(x).subspan(row * 120, 120), weight, bias, alone);
        EXPECT_EQ(std::memcmp(alone.data(), together.data() + row * 84, 84 * sizeof(float)), 0);
    }
}

}  // namespace
}  // namespace cone::libtorch
