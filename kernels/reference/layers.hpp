// One layer of a network, forward and backward: which operator with which spans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cone_kernels/dropout.hpp"
#include "cone_kernels/network.hpp"

namespace cone::kernels::reference {

/// The weight and the bias of a layer among the values of its network.
template <class T>
std::span<T> weight_of(const Layer& layer, std::span<T> values) {
    return values.subspan(weight_values(layer) > 0 ? layer.weight : 0, weight_values(layer));
}

template <class T>
std::span<T> bias_of(const Layer& layer, std::span<T> values) {
    return values.subspan(bias_values(layer) > 0 ? layer.bias : 0, bias_values(layer));
}

/// What the layers of one pass share beside tensors.
struct PassInput {
    std::span<const float> weights;               ///< of the network
    std::span<const std::uint8_t> bytes;          ///< of all samples, for Embedding
    std::span<const std::uint32_t> indices;       ///< of the samples in their shard, for Dropout
    std::optional<std::uint64_t> dropout_seed{};  ///< none in inference: nothing is dropped
    std::uint64_t dropout_stream = 0;
};

/// Tensors of a layer on the way forward.
struct ForwardTensors {
    std::span<const float> x;
    std::span<const float> other;  ///< Add
    std::span<float> y;
};
void forward(const Network& network, std::size_t layer, const PassInput& pass, const ForwardTensors& tensors);

/// Tensors of a layer on the way back. `dx` is overwritten; a Conv or Linear layer that reads tensor 0 may leave it empty.
struct BackwardTensors {
    std::span<const float> x;
    std::span<const float> y;
    std::span<const float> dy;
    std::span<float> dx;
    std::span<float> gradient;  ///< of all values of the network; the layer's are overwritten
};
void backward(const Network& network, std::size_t layer, const PassInput& pass, const BackwardTensors& tensors);

}  // namespace cone::kernels::reference
