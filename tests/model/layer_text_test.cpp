// Lines that mean something, and many that do not.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/layer_text.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

using testing::HasSubstr;

TEST(LayerText, ReadsEveryOption) {
    const auto conv = parse_layer("conv 16 3 stride 2 pad 1 from a as b", 0);
    EXPECT_EQ(conv.first, 16u);
    EXPECT_EQ(conv.second, 3u);
    EXPECT_EQ(conv.stride, 2u);
    EXPECT_EQ(conv.padding, 1u);
    EXPECT_EQ(conv.from, "a");
    EXPECT_EQ(conv.as, "b");
    EXPECT_TRUE(parse_layer("linear classes", 0).classes);
    EXPECT_EQ(parse_layer("linear 84", 0).first, 84u);
    EXPECT_TRUE(parse_layer("avgpool all", 0).all);
    EXPECT_TRUE(parse_layer("attention 4 causal", 0).causal);
    EXPECT_EQ(parse_layer("add x as y", 0).other, "x");
    EXPECT_EQ(parse_layer("conv 1 1 pad 0", 0).padding, 0u);
}

class BadLayer : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BadLayer, IsRefusedWithItsPlaceAndWord) {
    try {
        (void)parse_layer(GetParam().first, 3);
        FAIL() << "accepted " << GetParam().first;
    } catch (const ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("model.layers[3]: "));
        EXPECT_THAT(error.what(), HasSubstr(GetParam().second));
        EXPECT_FALSE(error.hint().empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    LayerText, BadLayer,
    testing::Values(std::pair{"", "unknown layer \"\""}, std::pair{"Conv 1 1", "unknown layer \"Conv\""},
                    std::pair{"conv", "the line ends"}, std::pair{"conv 16", "the line ends"},
                    std::pair{"conv 0 3", "\"0\" is not a number of maps"}, std::pair{"conv -1 3", "\"-1\""},
                    std::pair{"conv 016 3", "\"016\""}, std::pair{"conv 1.5 3", "\"1.5\""},
                    std::pair{"conv 9999999 3", "\"9999999\""}, std::pair{"conv 99999999999 3", "is not a number of maps"},
                    std::pair{"conv 1 3 stride 0", "not a stride"}, std::pair{"conv 1 3 pad", "the line ends"},
                    std::pair{"conv 1 3 pad 1 stride 2", "\"stride\" does not belong"}, std::pair{"conv  1 3", "\"\""},
                    std::pair{"relu ", "\"\" does not belong"}, std::pair{"relu relu", "does not belong to relu"},
                    std::pair{"relu as", "the line ends"}, std::pair{"relu as A", "\"A\" is not a name"},
                    std::pair{"relu as b from a", "\"from\" does not belong"}, std::pair{"linear", "the line ends"},
                    std::pair{"linear classes classes", "does not belong"}, std::pair{"maxpool all", "\"all\""},
                    std::pair{"add", "the line ends"}, std::pair{"attention causal", "not a number of heads"},
                    std::pair{"dropout", "the line ends"}));

}  // namespace
}  // namespace cone::model
