// The container by hand: header length, names, offsets, values.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/safetensors.hpp"
#include "cone/job/presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "cone/model/weights.hpp"

namespace cone::model {
namespace {

TEST(Safetensors, HoldsEveryTensorAtItsOffset) {
    const Network network = make_network({.layers = job::preset_layers("lenet5")});
    const auto values = initial_weights(network, 3);

    const Bytes file = to_safetensors(network, values);

    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    const std::string header(file.begin() + 8, file.begin() + 8 + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(length % 8, 0u);
    EXPECT_EQ(file.size(), 8 + length + 4 * network.values);
    for (const auto& parameter : network.parameters) {
        EXPECT_THAT(header, testing::HasSubstr("\"" + parameter.name + "\":{\"dtype\":\"F32\""));
        float first = 0;
        std::memcpy(&first, file.data() + 8 + length + 4 * parameter.offset, sizeof first);
        EXPECT_EQ(first, values[parameter.offset]);
    }
}

}  // namespace
}  // namespace cone::model
