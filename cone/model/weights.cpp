// Initial values and the canonical tensor set.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/weights.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/rng.hpp"
#include "cone/hash/canonical.hpp"
#include "cone/hash/merkle.hpp"

namespace cone::model {
namespace {

static_assert(std::endian::native == std::endian::little, "canonical floats are little-endian");
constexpr const char* kDocument = "cone.weights/1";
constexpr std::uint8_t kFloat32 = 0;

ByteSpan bytes_of(std::span<const float> values) {
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

[[noreturn]] void refuse(const std::string& reason) {
    throw DataError(std::string(kDocument) + ": " + reason);
}

void expect_header(hash::CanonicalReader& reader, const Parameter& parameter) {
    const auto name = reader.string();
    if (name != parameter.name) {
        refuse("tensor \"" + name + "\" stands where the network has \"" + parameter.name + "\"");
    }
    if (reader.u8() != kFloat32) {
        refuse("tensor \"" + name + "\" is not float32");
    }
    std::vector<std::uint64_t> sizes(reader.count(sizeof(std::uint64_t)));
    for (auto& size : sizes) {
        size = reader.u64();
    }
    if (sizes != parameter.sizes) {
        refuse("tensor \"" + name + "\" has another shape than the network's");
    }
}

}  // namespace

std::vector<float> initial_weights(const Network& network, std::uint64_t init_seed) {
    std::vector<float> values;
    values.reserve(network.values);
    for (std::uint32_t t = 0; t < network.parameters.size(); ++t) {
        const auto& parameter = network.parameters[t];
        const Rng rng(init_seed, RngStream::InitialWeights, t);
        if (parameter.start != Parameter::Start::Uniform) {
            values.insert(values.end(), parameter.values, parameter.start == Parameter::Start::One ? 1.0f : 0.0f);
            continue;
        }
        const double bound = 1.0 / std::sqrt(static_cast<double>(parameter.fan_in));
        for (std::uint64_t j = 0; j < parameter.values; ++j) {
            values.push_back(static_cast<float>((2.0 * rng.uniform(j) - 1.0) * bound));
        }
    }
    return values;
}

Bytes canonical_weights(const Network& network, std::span<const float> values) {
    CONE_ASSERT(values.size() == network.values, "one value for each of the network's");
    hash::CanonicalWriter writer(kDocument);
    writer.u64(network.parameters.size());
    for (const auto& parameter : network.parameters) {
        writer.string(parameter.name);
        writer.u8(kFloat32);
        writer.u64(parameter.sizes.size());
        for (const auto size : parameter.sizes) {
            writer.u64(size);
        }
        writer.raw(bytes_of(values.subspan(parameter.offset, parameter.values)));
    }
    return writer.take();
}

std::vector<float> weights_from_canonical(const Network& network, ByteSpan document) {
    hash::CanonicalReader reader(document, kDocument);
    if (const auto count = reader.u64(); count != network.parameters.size()) {
        refuse(std::to_string(count) + " tensors, the network has " + std::to_string(network.parameters.size()));
    }
    std::vector<float> values(network.values);
    for (const auto& parameter : network.parameters) {
        expect_header(reader, parameter);
        const auto part = std::span(values).subspan(parameter.offset, parameter.values);
        const auto raw = reader.raw(part.size_bytes());
        std::memcpy(part.data(), raw.data(), raw.size());
        for (const float value : part) {
            if (!std::isfinite(value)) {
                refuse("tensor \"" + parameter.name + "\" holds a value that is not finite");
            }
        }
    }
    reader.finish();
    return values;
}

Hash32 weights_root(const Network& network, std::span<const float> values) {
    return hash::bytes_root(canonical_weights(network, values));
}

}  // namespace cone::model
