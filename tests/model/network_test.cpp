// The two networks have the parameters the literature says; what cannot be built is refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/network.hpp"
#include "cone/job/presets.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

using testing::HasSubstr;

TEST(Network, Lenet5HasItsKnownSizes) {
    const auto network = make_network({.layers = job::preset_layers("lenet5")});

    EXPECT_EQ(network.values, 61706u);
    EXPECT_EQ(make_network({.layers = job::preset_layers("lenet5"), .channels = 3, .height = 32, .width = 32}).values, 83126u);
}

TEST(Network, CnnHasItsKnownSizes) {
    // 16*9+16 + 32*16*9+32 + 64*32*9+64 + 10*(64*3*3)+10
    EXPECT_EQ(make_network({.layers = job::preset_layers("cnn")}).values, 29066u);
}

TEST(Network, ParametersFollowEachOtherInNameOrder) {
    for (const auto* name : {"lenet5", "cnn"}) {
        const auto network = make_network({.layers = job::preset_layers(name)});
        std::uint64_t offset = 0;
        std::string last;
        for (const auto& parameter : network.parameters) {
            EXPECT_LT(last, parameter.name);
            EXPECT_EQ(parameter.offset, offset);
            offset += parameter.values;
            last = parameter.name;
        }
        EXPECT_EQ(offset, network.values);
    }
}

TEST(Network, OddSidesLoseTheLastRowWhenPooled) {
    const auto network = make_network({.layers = job::preset_layers("lenet5"), .height = 30, .width = 31});

    EXPECT_THAT(network.parameters[5].sizes, testing::ElementsAre(120, 16 * 5 * 5)) << "30 -> 15 -> 11 -> 5";
}

TEST(Network, ConvolutionsComputeOnlyWhatThePoolReads) {
    const auto network = make_network({.layers = job::preset_layers("cnn")});

    EXPECT_EQ(network.graph.layers[6].out, (kernels::Shape{64, 6, 6})) << "7 x 7, of which the pool reads 6 x 6";
    EXPECT_EQ(network.graph.layers[7].out, (kernels::Shape{64, 6, 6}));
}

TEST(Network, AConvolutionWithTwoReadersIsComputedWhole) {
    const auto network =
        make_network({.layers = {"conv 4 2 as all", "maxpool 2", "linear 8", "relu", "linear 16", "relu as side",
                                 "avgpool all from all", "linear 16", "add side", "linear classes"}});

    EXPECT_EQ(network.graph.layers[0].out, (kernels::Shape{4, 27, 27}));
}

TEST(Network, ResNet18HasItsKnownSizeAndShapes) {
    const auto network = make_network({.layers = job::preset_layers("resnet18"), .channels = 3, .height = 32, .width = 32});

    // The literature's 11,173,962 with biased convolutions: + 64 * 5 + 128 * 5 + 256 * 5 + 512 * 5.
    EXPECT_EQ(network.values, 11'173'962u + 4800u);
    EXPECT_EQ(network.graph.layers[network.graph.layers.size() - 2].in, (kernels::Shape{512, 4, 4}));
}

TEST(Network, TextStartsFromBytes) {
    const auto network =
        make_network({.layers = job::preset_layers("text"), .channels = 1, .height = 1, .width = 24, .classes = 4});

    EXPECT_EQ(network.graph.layers[0].out, (kernels::Shape{64, 1, 24}));
    EXPECT_EQ(kernels::problem_of(network.graph), std::nullopt);
}

std::string refusal(const job::ModelSpec& spec) {
    try {
        (void)make_network(spec);
    } catch (const ConfigError& error) {
        return std::string(error.what()) + "; " + error.hint();
    }
    return "accepted";
}

TEST(Network, NamesTheLayerThatDoesNotFit) {
    const auto of = [](std::vector<std::string> layers) { return refusal({.layers = std::move(layers)}); };

    EXPECT_THAT(of({"convv 6 5", "linear classes"}), HasSubstr("model.layers[0]: unknown layer \"convv\""));
    EXPECT_THAT(of({"conv 6 29", "linear classes"}), HasSubstr("a 29 x 29 kernel does not fit into 1 x 28 x 28"));
    EXPECT_THAT(of({"maxpool 29", "linear classes"}), HasSubstr("a square of 29 does not fit"));
    EXPECT_THAT(of({"conv 6 5", "groupnorm 4", "linear classes"}), HasSubstr("model.layers[1]: 4 groups do not divide 6"));
    EXPECT_THAT(of({"relu", "add nobody", "linear classes"}), HasSubstr("no layer before is named \"nobody\""));
    EXPECT_THAT(of({"relu as a", "conv 2 3", "add a", "linear classes"}), HasSubstr("cannot add 1 x 28 x 28 to 2 x 26 x 26"));
    EXPECT_THAT(of({"relu as a", "relu as a", "linear classes"}), HasSubstr("the name \"a\" is taken"));
    EXPECT_THAT(of({"conv 8 1", "attention 2", "linear classes"}), HasSubstr("2 heads do not divide"));
    EXPECT_THAT(of({"linear 20"}), HasSubstr("the network ends with 20 x 1 x 1; end with"));
    EXPECT_THAT(of({"dropout 100", "linear classes"}), HasSubstr("leaves nothing"));
    EXPECT_THAT(of({"conv 2 3 stride 2", "maxpool 13", "conv 2 1 pad 0", "linear 6", "avgpool all"}), HasSubstr("6 x 1 x 1"));
    EXPECT_THAT(of({"linear classes", "embedding 4", "linear classes"}), HasSubstr("embedding"));
}

TEST(Network, RefusesSpecsOutsideItsRange) {
    const auto lenet = job::preset_layers("lenet5");
    EXPECT_THAT(refusal({.layers = {}}), HasSubstr("at least one layer"));
    EXPECT_THAT(refusal({.layers = lenet, .height = 11}), HasSubstr("does not fit"));
    EXPECT_THAT(refusal({.layers = lenet, .width = 0}), HasSubstr("sides of 1 to 1024"));
    EXPECT_THAT(refusal({.layers = lenet, .width = 0xffffffff}), HasSubstr("sides of 1 to 1024"));
    EXPECT_THAT(refusal({.layers = lenet, .channels = 0}), HasSubstr("1 to 64 channels"));
    EXPECT_THAT(refusal({.layers = lenet, .classes = 1}), HasSubstr("model.classes"));
    EXPECT_THAT(refusal({.layers = lenet, .classes = 257}), HasSubstr("model.classes"));
    EXPECT_EQ(refusal({.layers = lenet, .height = 12, .width = 12}), "accepted");
}

}  // namespace
}  // namespace cone::model
