// Networks: how many values a layer has, and whether a network can be executed.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/network.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace cone::kernels {
namespace {

constexpr std::size_t kSizeLimit = std::size_t{1} << 31;
constexpr std::size_t kClassLimit = 256;  // labels are bytes

using Problem = std::optional<std::string>;

bool is_small(std::initializer_list<std::uint32_t> factors) {
    std::size_t product = 1;
    for (const std::uint32_t factor : factors) {
        product *= factor;
        if (product >= kSizeLimit) {
            return false;
        }
    }
    return true;
}

bool is_usable(const Shape& s) {
    return s.channels > 0 && s.height > 0 && s.width > 0 && is_small({s.channels, s.height, s.width});
}

std::string text(const Shape& s) {
    return "(" + std::to_string(s.channels) + ", " + std::to_string(s.height) + ", " + std::to_string(s.width) + ")";
}

Problem problem_unless(bool holds, const char* what) {
    return holds ? Problem{} : Problem{what};
}

/// Outputs along one side, 0 when the kernel does not fit.
std::uint64_t outputs_that_fit(std::uint64_t size, std::uint64_t kernel, std::uint64_t stride, std::uint64_t padding) {
    return size + 2 * padding < kernel ? 0 : (size + 2 * padding - kernel) / stride + 1;
}

Problem problem_of_conv(const Layer& l) {
    if (l.kernel_height == 0 || l.kernel_width == 0 || l.stride == 0) {
        return "kernel and stride start at 1";
    }
    if (l.padding >= l.kernel_height || l.padding >= l.kernel_width) {
        return "padding must be below the kernel's sides";
    }
    if (l.out.height > outputs_that_fit(l.in.height, l.kernel_height, l.stride, l.padding) ||
        l.out.width > outputs_that_fit(l.in.width, l.kernel_width, l.stride, l.padding)) {
        return "more outputs than fit: " + text(l.out) + " of " + text(l.in);
    }
    return problem_unless(is_small({l.out.channels, l.in.channels, l.kernel_height, l.kernel_width}),
                          "the weight has 2^31 values or more");
}

Problem problem_of_linear(const Layer& l) {
    if (l.out.height != 1 || l.out.width != 1) {
        return "the output's height and width must be 1";
    }
    return problem_unless(is_small({l.out.channels, static_cast<std::uint32_t>(l.in.values())}),
                          "the weight has 2^31 values or more");
}

Problem problem_of_pool(const Layer& l) {
    if (l.kernel_height == 0 || l.kernel_height != l.kernel_width) {
        return "the kernel must be a square of side 1 or more";
    }
    if (l.in.channels != l.out.channels) {
        return "channels differ: " + text(l.in) + " and " + text(l.out);
    }
    return problem_unless(l.out.height <= l.in.height / l.kernel_height && l.out.width <= l.in.width / l.kernel_width,
                          "more outputs than whole squares");
}

Problem problem_of_same_shape(const Layer& l) {
    return l.in == l.out ? Problem{} : Problem{"shapes differ: " + text(l.in) + " and " + text(l.out)};
}

Problem problem_of_group_norm(const Layer& l) {
    if (l.groups == 0 || l.in.channels % l.groups != 0) {
        return "groups must divide the channels";
    }
    return problem_of_same_shape(l);
}

Problem problem_of_dropout(const Layer& l) {
    if (!(l.rate >= 0 && l.rate < 1)) {
        return "rate outside [0, 1)";
    }
    return problem_of_same_shape(l);
}

Problem problem_of_embedding(const Layer& l) {
    if (l.input != 0) {
        return "must read tensor 0, the bytes";
    }
    if (l.in.channels != 1 || l.in.height != 1 || l.out.height != 1 || l.out.width != l.in.width) {
        return "must lead from (1, 1, positions) to (dimension, 1, positions)";
    }
    return problem_unless(is_small({256, l.out.channels}), "the weight has 2^31 values or more");
}

Problem problem_of_attention(const Layer& l) {
    if (l.in.height != 1 || l.out.height != 1 || l.in.width != l.out.width ||
        l.in.channels != std::uint64_t{3} * l.out.channels) {
        return "must lead from (3 d, 1, positions) to (d, 1, positions)";
    }
    return problem_unless(l.groups > 0 && l.out.channels % l.groups == 0, "heads must divide the channels");
}

Problem problem_of_operator(const Layer& l) {
    switch (l.op) {
        case Op::Conv:
            return problem_of_conv(l);
        case Op::Linear:
            return problem_of_linear(l);
        case Op::MaxPool:
        case Op::AvgPool:
            return problem_of_pool(l);
        case Op::GroupNorm:
            return problem_of_group_norm(l);
        case Op::Embedding:
            return problem_of_embedding(l);
        case Op::Attention:
            return problem_of_attention(l);
        case Op::Dropout:
            return problem_of_dropout(l);
        case Op::Relu:
        case Op::LayerNorm:
        case Op::Add:
            return problem_of_same_shape(l);
    }
    return "no such operator";
}

const Shape& shape_of(const Network& network, std::size_t tensor) {
    return tensor == 0 ? network.input : network.layers[tensor - 1].out;
}

Problem problem_of_source(const Network& network, std::size_t layer, std::uint32_t tensor) {
    if (tensor > layer) {
        return "reads tensor " + std::to_string(tensor) + ", which does not exist yet";
    }
    const Shape& shape = shape_of(network, tensor);
    if (shape != network.layers[layer].in) {
        return "reads " + text(network.layers[layer].in) + ", but tensor " + std::to_string(tensor) + " is " + text(shape);
    }
    return {};
}

Problem problem_of_layer(const Network& network, std::size_t i) {
    const Layer& l = network.layers[i];
    if (!is_usable(l.in) || !is_usable(l.out)) {
        return "a side of 0 or 2^31 values or more: " + text(is_usable(l.in) ? l.out : l.in);
    }
    if (auto problem = problem_of_source(network, i, l.input)) {
        return problem;
    }
    if (l.op == Op::Add) {
        if (l.input == l.other) {
            return "adds tensor " + std::to_string(l.other) + " to itself";
        }
        if (auto problem = problem_of_source(network, i, l.other)) {
            return problem;
        }
    }
    return problem_of_operator(l);
}

/// First value and number of values of every weight and bias, ascending.
std::vector<std::pair<std::size_t, std::size_t>> parameters_of(const Network& network) {
    std::vector<std::pair<std::size_t, std::size_t>> parameters;
    for (const Layer& layer : network.layers) {
        if (weight_values(layer) > 0) {
            parameters.emplace_back(layer.weight, weight_values(layer));
            parameters.emplace_back(layer.bias, bias_values(layer));
        }
    }
    std::sort(parameters.begin(), parameters.end());
    return parameters;
}

Problem problem_of_parameters(const Network& network) {
    std::size_t end = 0;
    for (const auto& [first, values] : parameters_of(network)) {
        if (first != end) {
            return std::string(first < end ? "two parameters hold value " : "no parameter holds value ") +
                   std::to_string(std::min(first, end));
        }
        end += values;
    }
    if (end != network.values) {
        return "the parameters have " + std::to_string(end) + " values, the network " + std::to_string(network.values);
    }
    return problem_unless(end < kSizeLimit, "2^31 values or more");
}

Problem problem_of_unread(const Network& network) {
    std::vector<bool> is_read(network.layers.size() + 1);
    is_read.back() = true;
    for (const Layer& layer : network.layers) {
        is_read[layer.input] = true;
        if (layer.op == Op::Add) {
            is_read[layer.other] = true;
        }
    }
    const auto unread = std::find(is_read.begin(), is_read.end(), false);
    return unread == is_read.end() ? Problem{} : "nothing reads tensor " + std::to_string(unread - is_read.begin());
}

}  // namespace

std::size_t weight_values(const Layer& layer) {
    switch (layer.op) {
        case Op::Conv:
            return std::size_t{layer.out.channels} * layer.in.channels * layer.kernel_height * layer.kernel_width;
        case Op::Linear:
            return layer.out.values() * layer.in.values();
        case Op::GroupNorm:
        case Op::LayerNorm:
            return layer.in.channels;
        case Op::Embedding:
            return std::size_t{256} * layer.out.channels;
        default:
            return 0;
    }
}

std::size_t bias_values(const Layer& layer) {
    switch (layer.op) {
        case Op::Conv:
        case Op::Linear:
        case Op::GroupNorm:
        case Op::LayerNorm:
            return layer.out.channels;
        case Op::Embedding:
            return layer.out.values();
        default:
            return 0;
    }
}

std::optional<std::string> problem_of(const Network& network) {
    if (!is_usable(network.input)) {
        return "input: a side of 0 or 2^31 values or more: " + text(network.input);
    }
    if (network.layers.empty()) {
        return "no layers";
    }
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        if (const auto problem = problem_of_layer(network, i)) {
            return "layer " + std::to_string(i) + " (" + name_of(network.layers[i].op) + "): " + *problem;
        }
    }
    if (network.classes == 0 || network.classes > kClassLimit || network.layers.back().out.values() != network.classes) {
        return "classes must be 1 to 256, as many as the last tensor has values: " + std::to_string(network.classes);
    }
    if (auto problem = problem_of_unread(network)) {
        return problem;
    }
    return problem_of_parameters(network);
}

const char* name_of(Op op) {
    constexpr const char* kNames[] = {"conv",      "linear", "relu",      "maxpool",   "avgpool", "groupnorm",
                                      "layernorm", "add",    "embedding", "attention", "dropout"};
    const auto index = static_cast<std::size_t>(op);
    return index < std::size(kNames) ? kNames[index] : "unknown";
}

}  // namespace cone::kernels
