// The safetensors container, format of the library of that name (version 0.4).
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/safetensors.hpp"

#include <bit>
#include <cstring>
#include <string>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in memory");

std::string shape_of(const Parameter& parameter) {
    std::string text;
    for (const auto size : parameter.sizes) {
        text += (text.empty() ? "" : ",") + std::to_string(size);
    }
    return "[" + text + "]";
}

std::string header_of(const Network& network) {
    std::string text;
    for (const auto& parameter : network.parameters) {
        const auto begin = parameter.offset * sizeof(float);
        const auto end = begin + parameter.values * sizeof(float);
        text += (text.empty() ? "" : ",") + ("\"" + parameter.name) + R"(":{"dtype":"F32","shape":)" + shape_of(parameter) +
                R"(,"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
    }
    text = "{" + text + "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

Bytes to_safetensors(const Network& network, std::span<const float> values) {
    CONE_ASSERT(values.size() == network.values, "one value for each of the network's");
    const std::string header = header_of(network);
    Bytes out(8 + header.size() + values.size_bytes());
    const std::uint64_t length = header.size();
    std::memcpy(out.data(), &length, sizeof length);
    std::memcpy(out.data() + 8, header.data(), header.size());
    std::memcpy(out.data() + 8 + header.size(), values.data(), values.size_bytes());
    return out;
}

}  // namespace cone::model
