// The networks as data: layers in order and the parameters they need. Knows nothing of libtorch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cone/job/job_spec.hpp"

namespace cone::model {

/// One step of the forward pass. Shapes are of one image.
struct Layer {
    enum class Kind : std::uint8_t {
        Conv,      ///< stride 1, zero padding, with bias: (in, height, width) -> (out, ...)
        ReluPool,  ///< max(0, maximum of each 2 x 2 square), an odd last row or column is dropped
        Dense,     ///< with bias: in -> out values
        Relu,
    };
    Kind kind{};
    std::uint32_t in = 0;
    std::uint32_t out = 0;
    std::uint32_t height = 0;  ///< of the input
    std::uint32_t width = 0;
    std::uint32_t kernel = 0;
    std::uint32_t padding = 0;
    std::size_t weight = 0;  ///< index into Network::parameters (Conv, Dense)
    std::size_t bias = 0;
};

/// A named tensor and where its values stand among all values of the network.
struct Parameter {
    std::string name;
    std::vector<std::uint64_t> sizes;
    std::uint64_t offset = 0;  ///< first value
    std::uint64_t values = 0;  ///< product of sizes
    std::uint64_t fan_in = 0;  ///< inputs of one output value, for the initial weights
};

/// Parameters are in name order, one after the other: "all values" means this order everywhere.
struct Network {
    std::vector<Layer> layers;
    std::vector<Parameter> parameters;
    std::uint64_t values = 0;
    std::uint32_t classes = 0;
    std::uint32_t channels = 0;
    std::uint32_t height = 0;
    std::uint32_t width = 0;
};

/// "lenet5" (LeCun et al. 1998 with ReLU and max pooling: 6 and 16 maps of 5 x 5, then 120, 84, classes) or "cnn" (16, 32 and
/// 64 maps of 3 x 3, each pooled, then classes: half the parameters, better on images it has not seen). Throws ConfigError
/// naming the field when the network is unknown or the image too small.
[[nodiscard]] Network make_network(const job::ModelSpec& spec);

}  // namespace cone::model
