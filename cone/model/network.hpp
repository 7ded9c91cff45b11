// A job's network: the layers that engines execute, and its parameters by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cone/job/job_spec.hpp"
#include "cone_kernels/network.hpp"

namespace cone::model {

/// A named tensor and where its values stand among all values of the network.
struct Parameter {
    enum class Start : std::uint8_t { Uniform, One, Zero };
    std::string name;
    std::vector<std::uint64_t> sizes;
    std::uint64_t offset = 0;  ///< first value
    std::uint64_t values = 0;  ///< product of sizes
    Start start = Start::Uniform;
    std::uint64_t fan_in = 0;  ///< Uniform: inputs of one output value
};

/// Parameters are in name order, one after the other: "all values" means this order everywhere.
struct Network {
    kernels::Network graph;
    std::vector<Parameter> parameters;
    std::uint64_t values = 0;
    std::uint32_t classes = 0;
    std::uint32_t channels = 0;
    std::uint32_t height = 0;
    std::uint32_t width = 0;
};

/// Reads spec.layers (layer_text.hpp) against the input's shape. Parameters are named by what they belong to and its number
/// among its kind: "conv1.weight", "fc2.bias", "norm3.weight". A convolution whose result only a pool reads, directly or through a
/// ReLU, computes just the rows and columns that the pool reads. Throws ConfigError naming the layer that is unknown or does
/// not fit, or the field of the spec.
[[nodiscard]] Network make_network(const job::ModelSpec& spec);

}  // namespace cone::model
