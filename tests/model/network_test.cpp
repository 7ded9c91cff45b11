// The two networks have the parameters the literature says; what cannot be built is refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/network.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

TEST(Network, Lenet5HasItsKnownSizes) {
    const auto network = make_network({.network = "lenet5"});

    EXPECT_EQ(network.values, 61706u);
    EXPECT_EQ(make_network({.network = "lenet5", .channels = 3, .height = 32, .width = 32}).values, 83126u);
}

TEST(Network, CnnHasItsKnownSizes) {
    // 16*9+16 + 32*16*9+32 + 64*32*9+64 + 10*(64*3*3)+10
    EXPECT_EQ(make_network({.network = "cnn"}).values, 29066u);
}

TEST(Network, ParametersFollowEachOtherInNameOrder) {
    for (const auto* name : {"lenet5", "cnn"}) {
        const auto network = make_network({.network = name});
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
    const auto network = make_network({.network = "lenet5", .height = 30, .width = 31});

    EXPECT_THAT(network.parameters[5].sizes, testing::ElementsAre(120, 16 * 5 * 5)) << "30 -> 15 -> 11 -> 5";
}

TEST(Network, RefusesWhatItCannotBuild) {
    EXPECT_THROW((void)make_network({.network = "resnet"}), ConfigError);
    EXPECT_THROW((void)make_network({.network = ""}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "lenet5", .height = 11}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "lenet5", .width = 0}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "lenet5", .width = 0xffffffff}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "cnn", .channels = 0}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "cnn", .classes = 1}), ConfigError);
    EXPECT_THROW((void)make_network({.network = "cnn", .classes = 257}), ConfigError);
    EXPECT_NO_THROW((void)make_network({.network = "lenet5", .height = 12, .width = 12}));
}

}  // namespace
}  // namespace cone::model
