// Every operator's forward against double, and every gradient against central differences of that.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cone_kernels/operators.hpp"
#include "double_forward.hpp"
#include "random_network.hpp"
#include "reference/layers.hpp"

namespace cone::kernels {
namespace {

using reference::PassInput;
using testing::Builder;
using testing::DoubleInput;
using testing::Doubles;
using testing::SplitMix;

constexpr std::size_t kSamples = 8;
constexpr double kStep = 1e-6;

/// Of the largest value of the tensor, at least 0.1 (inputs are of order 1). A norm of few values that happen to be close
/// divides by a small deviation, which multiplies the rounding of the mean.
double tolerance_of(Op op) {
    return op == Op::GroupNorm || op == Op::LayerNorm ? 5e-4 : 2e-5;
}

/// One layer on 8 samples with random values, and the gradients the reference finds.
struct Trial {
    Network network;
    std::vector<float> x, weights, y, dy, dx, gradient;
    std::vector<std::uint8_t> bytes;

    [[nodiscard]] const Layer& layer() const { return network.layers[0]; }
};

std::vector<float> random_floats(SplitMix& random, std::size_t count) {
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return static_cast<float>(random.uniform(-1, 1)); });
    return values;
}

Trial run(const Network& network, std::uint64_t seed) {
    SplitMix random{seed};
    const Layer& l = network.layers[0];
    Trial t{.network = network,
            .x = random_floats(random, kSamples * l.in.values()),
            .weights = random_floats(random, network.values),
            .y = std::vector<float>(kSamples * l.out.values()),
            .dy = random_floats(random, kSamples * l.out.values()),
            .dx = std::vector<float>(kSamples * l.in.values(), std::nanf("")),
            .gradient = std::vector<float>(network.values, std::nanf("")),
            .bytes = std::vector<std::uint8_t>(kSamples * l.in.values())};
    std::generate(t.bytes.begin(), t.bytes.end(), [&] { return static_cast<std::uint8_t>(random.between(0, 5)); });
    const PassInput pass{t.weights, t.bytes, {}};
    reference::forward(network, 0, pass, {t.x, {}, t.y});
    reference::backward(network, 0, pass, {t.x, t.y, t.dy, t.dx, t.gradient});
    return t;
}

DoubleInput input_of(const Trial& t, std::size_t sample) {
    const Layer& l = t.layer();
    const auto part = [](const auto& values, std::size_t first, std::size_t count) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
        return std::vector(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    const auto x = part(t.x, sample * l.in.values(), l.in.values());
    const auto w = part(t.weights, l.weight, weight_values(l));
    const auto b = part(t.weights, l.bias, bias_values(l));
    return {Doubles(x.begin(), x.end()), Doubles(w.begin(), w.end()), Doubles(b.begin(), b.end()),
            part(t.bytes, sample * l.in.values(), l.in.values())};
}

double loss(const Trial& t, std::size_t sample, const DoubleInput& in) {
    const Doubles y = testing::forward_in_double(t.layer(), in);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        sum += y[i] * static_cast<double>(t.dy[sample * y.size() + i]);
    }
    return sum;
}

/// Gradient of the loss of one sample in the values that `part` picks from its input.
Doubles central_differences(const Trial& t, std::size_t sample, Doubles DoubleInput::*part) {
    DoubleInput in = input_of(t, sample);
    Doubles gradient;
    for (double& value : in.*part) {
        const double kept = value;
        value = kept + kStep;
        const double above = loss(t, sample, in);
        value = kept - kStep;
        gradient.push_back((above - loss(t, sample, in)) / (2 * kStep));
        value = kept;
    }
    return gradient;
}

void expect_near(std::span<const float> got, const Doubles& expected, double tolerance, const char* what) {
    ASSERT_EQ(got.size(), expected.size()) << what;
    double largest = 0.1;
    for (const double value : expected) {
        largest = std::max(largest, std::fabs(value));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), expected[i], tolerance * largest) << what << " " << i;
    }
}

void add_to(const Doubles& values, Doubles& sum) {
    sum.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum[i] += values[i];
    }
}

void expect_right(const Network& network, std::uint64_t seed) {
    const Trial t = run(network, seed);
    const Layer& l = t.layer();
    const double tolerance = tolerance_of(l.op);
    Doubles dw, db;
    for (std::size_t n = 0; n < kSamples; ++n) {
        const std::span<const float> y(t.y), dx(t.dx);
        expect_near(y.subspan(n * l.out.values(), l.out.values()), testing::forward_in_double(l, input_of(t, n)), tolerance,
                    "y");
        if (l.op != Op::Embedding) {
            expect_near(dx.subspan(n * l.in.values(), l.in.values()), central_differences(t, n, &DoubleInput::x), tolerance,
                        "dx");
        }
        add_to(central_differences(t, n, &DoubleInput::w), dw);
        add_to(central_differences(t, n, &DoubleInput::b), db);
    }
    expect_near(reference::weight_of(l, std::span<const float>(t.gradient)), dw, tolerance, "dw");
    expect_near(reference::bias_of(l, std::span<const float>(t.gradient)), db, tolerance, "db");
}

/// 12 random layers of one kind, small enough to difference every value.
void expect_random_ones_right(Op op) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        SplitMix random{seed * 31 + static_cast<std::uint64_t>(op)};
        Builder b({random.between(1, 4), random.between(1, 6), random.between(1, 6)});
        testing::add_random_layer(b, random, op);
        SCOPED_TRACE("seed " + std::to_string(seed));
        expect_right(b.network(), seed);
    }
}

TEST(Gradients, OfConvolutionAreRight) {
    expect_random_ones_right(Op::Conv);
}

TEST(Gradients, OfConvolutionWithStridePaddingAndCroppedOutputsAreRight) {
    expect_right(Builder({2, 6, 7}).conv(3, 3, 2, 2, 1, 1).network(), 1);
    expect_right(Builder({2, 5, 4}).conv(2, 1, 3).network(), 2);
    expect_right(Builder({1, 1, 1}).conv(1, 1).network(), 3);
}

TEST(Gradients, OfLinearAreRight) {
    expect_right(Builder({3, 2, 2}).linear(5).network(), 1);
    expect_right(Builder({1, 1, 1}).linear(1).network(), 2);
    expect_right(Builder({1, 1, 17}).linear(9).network(), 3);
}

TEST(Gradients, OfReluAreRight) {
    expect_random_ones_right(Op::Relu);
}

TEST(Gradients, OfMaxPoolAreRight) {
    expect_random_ones_right(Op::MaxPool);
}

TEST(Gradients, OfAvgPoolAreRight) {
    expect_random_ones_right(Op::AvgPool);
}

TEST(Gradients, OfGroupNormAreRight) {
    expect_random_ones_right(Op::GroupNorm);
}

TEST(Gradients, OfLayerNormAreRight) {
    expect_random_ones_right(Op::LayerNorm);
}

TEST(Gradients, OfEmbeddingAreRight) {
    expect_right(Builder({1, 1, 5}).embedding(3).network(), 1);
    expect_right(Builder({1, 1, 1}).embedding(1).network(), 2);
}

TEST(Gradients, OfAttentionAreRight) {
    for (const bool causal : {false, true}) {
        expect_right(Builder({12, 1, 5}).attention(2, causal).network(), 1);
        expect_right(Builder({3, 1, 1}).attention(1, causal).network(), 2);
        expect_right(Builder({9, 1, 4}).attention(3, causal).network(), 3);
    }
}

}  // namespace
}  // namespace cone::kernels
