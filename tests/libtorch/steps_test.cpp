// What libtorch's passes take, and what they leave to the exact engine.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/steps.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"

namespace cone::libtorch {
namespace {

using testing::HasSubstr;

std::string refusal(std::vector<std::string> layers) {
    try {
        (void)steps_of(model::make_network({.layers = std::move(layers)}));
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Steps, PoolAndReluBecomeOne) {
    const auto steps = steps_of(model::make_network({.layers = job::preset_layers("cnn")}));

    ASSERT_EQ(steps.size(), 7u);
    EXPECT_EQ(steps[4].kind, Step::Kind::Conv);
    EXPECT_EQ(steps[5].kind, Step::Kind::ReluPool);
    EXPECT_EQ(steps[5].height, 7u) << "all rows, of which the pool drops the last";
    EXPECT_EQ(steps[6].in, 576u);
}

TEST(Steps, NamesTheLayerItCannotExecute) {
    EXPECT_EQ(refusal(job::preset_layers("lenet5")), "accepted");
    EXPECT_THAT(refusal({"conv 4 3 stride 2", "linear classes"}), HasSubstr("model.layers[0]"));
    EXPECT_THAT(refusal({"conv 4 3", "maxpool 2", "linear classes"}), HasSubstr("model.layers[1]"));
    EXPECT_THAT(refusal({"conv 4 3", "relu", "maxpool 3", "linear classes"}), HasSubstr("model.layers[2]"));
    EXPECT_THAT(refusal({"conv 4 3", "groupnorm 2", "linear classes"}), HasSubstr("groupnorm"));
    EXPECT_THAT(refusal({"linear 8 as a", "relu", "linear classes from a"}), HasSubstr("model.layers"));
}

}  // namespace
}  // namespace cone::libtorch
