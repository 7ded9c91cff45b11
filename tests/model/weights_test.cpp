// Initial weights come from our own generator; the document takes exactly this network's finite values.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/weights.hpp"
#include "cone/job/presets.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::model {
namespace {

using testing::HasSubstr;

const Network kLenet = make_network({.layers = job::preset_layers("lenet5")});

std::string refusal(const Bytes& document) {
    try {
        (void)weights_from_canonical(kLenet, document);
    } catch (const DataError& error) {
        return error.what();
    }
    return "not refused";
}

TEST(InitialWeights, AreTheNumbersOfTheStream) {
    const auto values = initial_weights(kLenet, 7);

    const auto& conv2 = kLenet.parameters[3];  // conv2.weight, fan-in 6 * 5 * 5
    const double expected = (2 * Rng(std::uint64_t{7}, RngStream::InitialWeights, 3).uniform(11) - 1) / std::sqrt(150.0);
    EXPECT_EQ(conv2.name, "conv2.weight");
    EXPECT_EQ(values[conv2.offset + 11], static_cast<float>(expected));
}

TEST(InitialWeights, FillTheirRangeAndDependOnTheSeed) {
    const auto values = initial_weights(kLenet, 7);
    const auto& fc1 = kLenet.parameters[5];
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(fc1.offset);
    const auto [low, high] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(fc1.values));

    EXPECT_NEAR(*low, -1 / 20.0, 1e-4);
    EXPECT_NEAR(*high, 1 / 20.0, 1e-4);
    EXPECT_EQ(values, initial_weights(kLenet, 7));
    EXPECT_NE(values, initial_weights(kLenet, 8));
}

TEST(WeightsDocument, BeginsAsTheSpecificationSays) {
    const auto document = canonical_weights(kLenet, std::vector<float>(kLenet.values, 1.5f));

    Bytes head{14, 0, 0, 0, 0, 0, 0, 0};
    for (const char c : std::string("cone.weights/1")) {
        head.push_back(static_cast<std::uint8_t>(c));
    }
    append(head, Bytes{10, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0});
    for (const char c : std::string("conv1.bias")) {
        head.push_back(static_cast<std::uint8_t>(c));
    }
    append(head, Bytes{0, 1, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc0, 0x3f});
    EXPECT_EQ(Bytes(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(head.size())), head);
    EXPECT_EQ(weights_root(kLenet, std::vector<float>(kLenet.values, 1.5f)), hash::bytes_root(document));
}

TEST(WeightsDocument, GivesBackTheSameBits) {
    auto values = initial_weights(kLenet, 1);
    values[3] = -0.0f;
    values[4] = std::numeric_limits<float>::denorm_min();

    const auto back = weights_from_canonical(kLenet, canonical_weights(kLenet, values));

    EXPECT_EQ(std::memcmp(back.data(), values.data(), values.size() * sizeof(float)), 0);
}

TEST(WeightsDocument, RefusesNotFiniteAndNamesTheTensor) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto values = initial_weights(kLenet, 1);
        values[kLenet.parameters[4].offset] = bad;

        EXPECT_THAT(refusal(canonical_weights(kLenet, values)), HasSubstr("\"fc1.bias\" holds a value that is not finite"));
    }
}

TEST(WeightsDocument, RefusesAnotherNetwork) {
    const auto cnn = make_network({.layers = job::preset_layers("cnn")});

    EXPECT_THAT(refusal(canonical_weights(cnn, initial_weights(cnn, 1))), HasSubstr("8 tensors, the network has 10"));
    const auto wider = make_network({.layers = job::preset_layers("lenet5"), .classes = 11});
    EXPECT_THAT(refusal(canonical_weights(wider, initial_weights(wider, 1))), HasSubstr("\"fc3.bias\" has another shape"));
}

TEST(WeightsDocument, RefusesTruncationAndTrailingBytes) {
    const auto document = canonical_weights(kLenet, initial_weights(kLenet, 1));
    for (std::size_t length : {std::size_t{0}, std::size_t{7}, std::size_t{22}, std::size_t{30}, std::size_t{60},
                               document.size() / 2, document.size() - 1}) {
        EXPECT_NE(refusal(Bytes(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(length))), "not refused")
            << length;
    }
    auto longer = document;
    longer.push_back(0);
    EXPECT_NE(refusal(longer), "not refused");
}

TEST(WeightsDocument, RefusesAChangedHead) {
    const auto document = canonical_weights(kLenet, initial_weights(kLenet, 1));
    for (std::size_t at = 0; at < 65; ++at) {  // up to the first tensor's values
        auto changed = document;
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x80);
        EXPECT_NE(refusal(changed), "not refused") << at;
    }
}

}  // namespace
}  // namespace cone::model
