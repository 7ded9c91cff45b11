// A network as libtorch's passes execute it: fewer, larger steps. Knows nothing of libtorch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/model/network.hpp"

namespace cone::libtorch {

/// One step of the forward pass. Shapes are of one image.
struct Step {
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

/// Throws ConfigError naming the first layer that this engine cannot execute: it takes chains of conv (stride 1), linear, relu,
/// and relu with maxpool 2.
[[nodiscard]] std::vector<Step> steps_of(const model::Network& network);

}  // namespace cone::libtorch
