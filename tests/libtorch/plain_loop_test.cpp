// The peer trains every network it has modules for.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/plain_loop.hpp"

#include <gtest/gtest.h>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"

namespace cone::libtorch {
namespace {

using model::TrainBenchSpec;

TEST(PlainLoop, EveryEpochRunsInBothLayouts) {
    for (const auto* network : {"lenet5", "cnn", "resnet18"}) {
        const TrainBenchSpec spec{.model = {.layers = job::preset_layers(network), .channels = 3, .height = 32, .width = 32},
                                  .images = 2,
                                  .batch = 2};
        EXPECT_GT(model::seconds_of(plain_epoch(spec, false)), 0) << network;
        EXPECT_GT(model::seconds_of(plain_epoch(spec, true)), 0) << network;
    }
}

TEST(PlainLoop, RefusesANetworkItHasNoModulesFor) {
    const TrainBenchSpec spec{.model = {.layers = job::preset_layers("text"), .height = 1, .width = 64}};
    try {
        (void)plain_epoch(spec, false);
        FAIL() << "embedding has no module";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("embedding"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace cone::libtorch
