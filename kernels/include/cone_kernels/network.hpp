// A network as data: what the exact engines execute. Plain values, no code of any engine.
// SPDX-License-Identifier: Apache-2.0
//
// Tensor 0 is the input; layer i makes tensor i + 1. A tensor holds (samples, channels, height, width), row-major, where a
// canonical order is asked for; engines keep them as suits them. Text is a tensor (dimension, 1, positions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cone::kernels {

/// Of one sample.
struct Shape {
    std::uint32_t channels = 1;
    std::uint32_t height = 1;
    std::uint32_t width = 1;
    [[nodiscard]] std::size_t values() const { return std::size_t{channels} * height * width; }
    bool operator==(const Shape&) const = default;
};

/// What a layer computes; operators.hpp says in which order.
enum class Op : std::uint8_t {
    Conv,    ///< kernel, stride, padding; weight (out.channels, in.channels, kernel_height, kernel_width), bias (out.channels)
    Linear,  ///< weight (out, in.values()), bias (out): the input's values in canonical order
    Relu,
    MaxPool,    ///< squares of kernel x kernel side by side; rows and columns that do not fill a square are not read
    AvgPool,    ///< likewise
    GroupNorm,  ///< groups; weight (channels) is gamma, bias (channels) is beta
    LayerNorm,  ///< over the channels of each position; weight and bias as GroupNorm
    Add,        ///< input + other, two different tensors of one shape
    Embedding,  ///< tensor 0's bytes (1, 1, positions) -> (d, 1, positions); weight (256, d), bias (positions, d)
    Attention,  ///< heads, causal; (3 d, 1, positions) = queries, keys, values -> (d, 1, positions)
    Dropout,    ///< rate in training; nothing in inference
};

struct Layer {
    Op op{};
    std::uint32_t input = 0;  ///< tensor read
    std::uint32_t other = 0;  ///< second tensor read (Add)
    Shape in;
    Shape out;  ///< of Conv and MaxPool, AvgPool: may be smaller than what fits: only this much is computed
    std::uint32_t kernel_height = 1;
    std::uint32_t kernel_width = 1;
    std::uint32_t stride = 1;
    std::uint32_t padding = 0;
    std::uint32_t groups = 1;  ///< of GroupNorm; heads of Attention
    bool causal = false;       ///< Attention: position t sees positions 0 .. t
    float rate = 0;            ///< Dropout: share set to 0, in [0, 1)
    std::size_t weight = 0;    ///< first value of the weight among the network's values
    std::size_t bias = 0;
    bool operator==(const Layer&) const = default;
};

/// Values of the weight and of the bias of a layer; 0 where it has none.
[[nodiscard]] std::size_t weight_values(const Layer& layer);
[[nodiscard]] std::size_t bias_values(const Layer& layer);

struct Network {
    Shape input;
    std::uint32_t classes = 0;  ///< values of the last tensor
    std::vector<Layer> layers;
    std::size_t values = 0;  ///< all weights and biases
    bool operator==(const Network&) const = default;
};

/// Why no engine could execute the network ("layer 3 (maxpool): ..."), nothing when all can. Checks every field: shapes that
/// follow from one another, tensors that exist and are read, parameters that cover the values without gap or overlap, conv
/// padding below the kernel's sides, 1 to 256 classes, parameters below 2^31 values, tensors below 2^27 values a sample together with
/// the padding that convolutions read around them.
[[nodiscard]] std::optional<std::string> problem_of(const Network& network);

/// Floating-point operations of a training step, a sample: two for each multiply-add of convolutions and linear layers, forward,
/// data gradient (not of tensor 0) and weight gradient. The rest is not counted.
[[nodiscard]] double training_operations(const Network& network);

[[nodiscard]] const char* name_of(Op op);

}  // namespace cone::kernels
