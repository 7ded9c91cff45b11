// Networks: what no engine could execute, and the reason given.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/network.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "cone_kernels/engine.hpp"
#include "cone_kernels/peak.hpp"
#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::Builder;

/// conv 3 -> 4, ReLU, conv 4 -> 4 beside it, Add, max pool, group norm, linear.
Network good_image_network() {
    Builder b({3, 8, 9});
    b.conv(4, 3, 1, 1).same(Op::Relu).conv(4, 3, 1, 1).add_tensor(2).pool(Op::MaxPool, 2).group_norm(2).linear(10);
    return b.network();
}

/// Embedding, layer norm, conv to (q, k, v), attention, Dropout, linear.
Network good_text_network() {
    Builder b({1, 1, 7});
    b.embedding(6).same(Op::LayerNorm).conv(18, 1).attention(3, true).dropout(0.25f).linear(5);
    return b.network();
}

std::string problem_after(const std::function<void(Network&)>& change, Network network = good_image_network()) {
    change(network);
    return problem_of(network).value_or("none");
}

std::string text_problem_after(const std::function<void(Network&)>& change) {
    return problem_after(change, good_text_network());
}

TEST(Network, AcceptsGoodOnes) {
    EXPECT_EQ(problem_of(good_image_network()), std::nullopt);
    EXPECT_EQ(problem_of(good_text_network()), std::nullopt);
}

TEST(Network, AcceptsEveryRandomOne) {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        ASSERT_EQ(problem_of(testing::random_network(seed)), std::nullopt) << "seed " << seed;
    }
}

TEST(Network, AcceptsCroppedOutputs) {
    EXPECT_EQ(problem_of(Builder({2, 7, 7}).conv(3, 3, 3, 1, 0, 2).linear(3).network()), std::nullopt);
    Network network = Builder({2, 7, 7}).pool(Op::AvgPool, 2).linear(3).network();
    network.layers[0].out = network.layers[1].in = {2, 1, 2};
    network.values = network.layers[1].bias = 3 * 4;
    network.values += 3;
    EXPECT_EQ(problem_of(network), std::nullopt);
}

TEST(Network, CountsTheValuesOfEveryLayer) {
    const auto image = good_image_network().layers;
    EXPECT_EQ(weight_values(image[0]), 4u * 3 * 3 * 3);
    EXPECT_EQ(bias_values(image[0]), 4u);
    EXPECT_EQ(weight_values(image[1]) + bias_values(image[1]), 0u);
    EXPECT_EQ(weight_values(image[5]), 4u);
    EXPECT_EQ(weight_values(image[6]), 10u * 4 * 4 * 4);
    const auto text = good_text_network().layers;
    EXPECT_EQ(weight_values(text[0]), 256u * 6);
    EXPECT_EQ(bias_values(text[0]), 7u * 6);
    EXPECT_EQ(bias_values(text[3]) + bias_values(text[4]), 0u);
}

TEST(Network, NamesEveryOperator) {
    EXPECT_STREQ(name_of(Op::Conv), "conv");
    EXPECT_STREQ(name_of(Op::Dropout), "dropout");
    EXPECT_STREQ(name_of(static_cast<Op>(11)), "unknown");
}

TEST(Network, RefusesOneWithoutLayers) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers.clear(); }), "no layers");
}

TEST(Network, RefusesAnUnusableInput) {
    EXPECT_EQ(problem_after([](Network& n) { n.input.height = 0; }), "input: a side of 0 or 2^31 values or more: (3, 0, 9)");
    EXPECT_EQ(problem_after([](Network& n) {
                  n.input = {65536, 65536, 65536};
              }),
              "input: a side of 0 or 2^31 values or more: (65536, 65536, 65536)");
}

TEST(Network, RefusesAnUnusableShapeInside) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[4].out.width = 0; }),
              "layer 4 (maxpool): a side of 0 or 2^31 values or more: (4, 4, 0)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].out.channels = 1u << 31; }),
              "layer 0 (conv): a side of 0 or 2^31 values or more: (2147483648, 8, 9)");
}

TEST(Network, RefusesAnUnknownOperator) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[1].op = static_cast<Op>(11); }), "layer 1 (unknown): no such operator");
}

TEST(Network, RefusesATensorThatDoesNotExistYet) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[2].input = 3; }),
              "layer 2 (conv): reads tensor 3, which does not exist yet");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[3].other = 4; }),
              "layer 3 (add): reads tensor 4, which does not exist yet");
}

TEST(Network, RefusesAShapeThatIsNotTheTensors) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[2].input = 0; }),
              "layer 2 (conv): reads (4, 8, 9), but tensor 0 is (3, 8, 9)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[3].other = 0; }),
              "layer 3 (add): reads (4, 8, 9), but tensor 0 is (3, 8, 9)");
}

TEST(Network, RefusesATensorThatNobodyReads) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[2].input = n.layers[3].input = 1, n.layers[3].other = 3; }),
              "nothing reads tensor 2");
}

TEST(Network, RefusesToAddATensorToItself) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[3].other = 3; }), "layer 3 (add): adds tensor 3 to itself");
}

TEST(Network, RefusesAConvolutionWithoutKernelOrStride) {
    for (std::uint32_t Layer::*side : {&Layer::kernel_height, &Layer::kernel_width, &Layer::stride}) {
        EXPECT_EQ(problem_after([&](Network& n) { n.layers[0].*side = 0; }), "layer 0 (conv): kernel and stride start at 1");
    }
}

TEST(Network, RefusesPaddingThatFillsTheKernel) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].padding = 3; }),
              "layer 0 (conv): padding must be below the kernel's sides");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].kernel_width = 1; }),
              "layer 0 (conv): padding must be below the kernel's sides");
}

TEST(Network, RefusesMoreOutputsThanFit) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].padding = 0; }),
              "layer 0 (conv): more outputs than fit: (4, 8, 9) of (3, 8, 9)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].kernel_height = 11; }),
              "layer 0 (conv): more outputs than fit: (4, 8, 9) of (3, 8, 9)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[0].stride = 2; }),
              "layer 0 (conv): more outputs than fit: (4, 8, 9) of (3, 8, 9)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[4].out.width = 5; }),
              "layer 4 (maxpool): more outputs than whole squares");
}

TEST(Network, RefusesAWeightThatIsTooLarge) {
    Network network = Builder({1u << 20, 1, 1}).linear(3).network();
    network.layers[0].out.channels = 1u << 20;
    EXPECT_EQ(problem_of(network), "layer 0 (linear): the weight has 2^31 values or more");
    network = Builder({1u << 16, 1, 1}).conv(1, 1).network();
    network.layers[0].out.channels = 1u << 15;
    EXPECT_EQ(problem_of(network), "layer 0 (conv): the weight has 2^31 values or more");
    network = Builder({1, 1, 1}).embedding(1).network();
    network.layers[0].out.channels = 1u << 23;
    EXPECT_EQ(problem_of(network), "layer 0 (embedding): the weight has 2^31 values or more");
}

TEST(Network, RefusesALinearLayerWithPositions) {
    EXPECT_EQ(problem_after([](Network& n) {
                  n.layers[6].out = {5, 2, 1};
              }),
              "layer 6 (linear): the output's height and width must be 1");
}

TEST(Network, RefusesPoolsThatAreNotSquaresOrMixChannels) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[4].kernel_width = 3; }),
              "layer 4 (maxpool): the kernel must be a square of side 1 or more");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[4].kernel_width = n.layers[4].kernel_height = 0; }),
              "layer 4 (maxpool): the kernel must be a square of side 1 or more");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[4].out.channels = 3; }),
              "layer 4 (maxpool): channels differ: (4, 8, 9) and (3, 4, 4)");
}

TEST(Network, RefusesOperatorsThatChangeAShapeTheyMustKeep) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[1].out.width = 8; }),
              "layer 1 (relu): shapes differ: (4, 8, 9) and (4, 8, 8)");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[5].out.channels = 2; }),
              "layer 5 (groupnorm): shapes differ: (4, 4, 4) and (2, 4, 4)");
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[1].out.channels = 2; }),
              "layer 1 (layernorm): shapes differ: (6, 1, 7) and (2, 1, 7)");
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[4].out.channels = 2; }),
              "layer 4 (dropout): shapes differ: (6, 1, 7) and (2, 1, 7)");
}

TEST(Network, RefusesGroupsThatDoNotDivide) {
    for (const std::uint32_t groups : {0u, 3u, 8u}) {
        EXPECT_EQ(problem_after([&](Network& n) { n.layers[5].groups = groups; }),
                  "layer 5 (groupnorm): groups must divide the channels");
    }
    for (const std::uint32_t heads : {0u, 4u, 12u}) {
        EXPECT_EQ(text_problem_after([&](Network& n) { n.layers[3].groups = heads; }),
                  "layer 3 (attention): heads must divide the channels");
    }
}

TEST(Network, RefusesARateThatIsNoShare) {
    for (const float rate : {-0.1f, 1.0f, 2.0f, std::nanf("")}) {
        EXPECT_EQ(text_problem_after([&](Network& n) { n.layers[4].rate = rate; }), "layer 4 (dropout): rate outside [0, 1)");
    }
}

TEST(Network, RefusesAnEmbeddingOfAnythingButBytes) {
    Network network = Builder({1, 1, 7}).same(Op::Relu).embedding(6).linear(5).network();
    EXPECT_EQ(problem_of(network), "layer 1 (embedding): must read tensor 0, the bytes");
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[0].out.width = 6; }),
              "layer 0 (embedding): must lead from (1, 1, positions) to (dimension, 1, positions)");
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[0].out.height = 2; }),
              "layer 0 (embedding): must lead from (1, 1, positions) to (dimension, 1, positions)");
    EXPECT_EQ(text_problem_after([](Network& n) { n.input.height = n.layers[0].in.height = 2; }),
              "layer 0 (embedding): must lead from (1, 1, positions) to (dimension, 1, positions)");
}

TEST(Network, RefusesAttentionWithoutQueriesKeysAndValues) {
    const char* const expected = "layer 3 (attention): must lead from (3 d, 1, positions) to (d, 1, positions)";
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[3].out.channels = 9; }), expected);
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[3].out.width = 6; }), expected);
    EXPECT_EQ(text_problem_after([](Network& n) { n.layers[3].out.height = 2; }), expected);
}

TEST(Network, RefusesClassesThatAreNotTheLastTensors) {
    EXPECT_EQ(problem_after([](Network& n) { n.classes = 9; }),
              "classes must be 1 to 256, as many as the last tensor has values: 9");
    EXPECT_EQ(problem_of(Builder({3, 1, 1}).linear(257).network()),
              "classes must be 1 to 256, as many as the last tensor has values: 257");
}

TEST(Network, RefusesTensorsBeyondWhatEnginesAddress) {
    const auto problem_of_plane = [](std::uint32_t height) {
        return problem_of(Builder({2, height, 8192}).same(Op::Relu).pool(Op::MaxPool, 4096).linear(2).network());
    };
    EXPECT_EQ(problem_of_plane(8191), std::nullopt);
    EXPECT_EQ(problem_of_plane(8192), "tensor 0: 2^27 values or more with what convolutions read around it: (2, 8192, 8192)");
    EXPECT_EQ(problem_of(Builder({1, 3, 3}).conv(256, 1).pool(Op::AvgPool, 3).linear(2).network()), std::nullopt);
    EXPECT_EQ(problem_of(Builder({1, 1, 16}).conv(1u << 23, 1).conv(1, 1, 16, 1, 0, 0).linear(2).network()),
              "tensor 1: 2^27 values or more with what convolutions read around it: (8388608, 1, 16)");
}

TEST(Network, CountsWhatConvolutionsReadAroundATensor) {
    EXPECT_EQ(problem_of(Builder({1, 3, 3}).conv(1, 5'000, 1, 4'999).pool(Op::AvgPool, 5'000).linear(2).network()),
              std::nullopt);
    EXPECT_EQ(problem_of(Builder({1, 3, 3}).conv(1, 6'000, 1, 5'999).pool(Op::AvgPool, 6'000).linear(2).network()),
              "tensor 0: 2^27 values or more with what convolutions read around it: (1, 3, 3)");
    EXPECT_EQ(problem_of(Builder({1, 6'000, 6'000}).conv(1, 6'000).linear(2).network()),
              "tensor 1: 2^27 values or more with what convolutions read around it: (1, 1, 1)");
}

TEST(Network, RefusesParametersThatOverlap) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[2].weight = 0; }), "two parameters hold value 0");
    EXPECT_EQ(problem_after([](Network& n) { --n.layers[0].bias; }), "two parameters hold value 107");
}

TEST(Network, RefusesParametersWithGaps) {
    EXPECT_EQ(problem_after([](Network& n) { n.layers[6].bias += 1, n.values += 1; }), "no parameter holds value 908");
    EXPECT_EQ(problem_after([](Network& n) { n.values += 1; }), "the parameters have 918 values, the network 919");
}

TEST(Network, RefusesParametersOutsideTheValues) {
    EXPECT_EQ(problem_after([](Network& n) { n.values -= 1; }), "the parameters have 918 values, the network 917");
    EXPECT_EQ(problem_after([](Network& n) { n.layers[6].weight = ~std::size_t{0}; }), "no parameter holds value 268");
}

/// By hand: 2 x 9 x 25 x 4 x 4 x 3 operations of a convolution that is not the first, and so on.
TEST(Network, CountsTheOperationsOfATrainingStep) {
    testing::Builder b({1, 8, 8});
    b.conv(2, 3).same(Op::Relu).conv(3, 3).linear(5);
    const double first = 2.0 * (2 * 2 * 1 * 9 * 36);
    const double second = 3.0 * (2 * 3 * 2 * 9 * 16);
    const double last = 3.0 * (2 * 5 * 48);
    EXPECT_DOUBLE_EQ(training_operations(b.network()), first + second + last);
}

TEST(Peak, IsMeasuredWhereThereAreFusedMultiplyAdds) {
#if defined(__x86_64__)
    EXPECT_EQ(measured_peak() > 0, best_isa() != Isa::Portable);
#else
    EXPECT_EQ(measured_peak(), 0);
#endif
}

}  // namespace
}  // namespace cone::kernels
