// Networks: how many values a layer has, and whether a network can be executed.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/network.hpp"

#include <algorithm>
#include <utility>

#include "halo.hpp"
#include "layer_problem.hpp"

namespace cone::kernels {
namespace {

constexpr std::size_t kClassLimit = 256;  // labels are bytes

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
    return end < kSizeLimit ? Problem{} : Problem{"2^31 values or more"};
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

/// Engines address the values of eight samples, and what convolutions read around them, in 31 bits.
Problem problem_of_room(const Network& network) {
    constexpr std::size_t kRoomLimit = std::size_t{1} << 27;
    for (std::size_t t = 0; t <= network.layers.size(); ++t) {
        const Shape& shape = shape_of(network, t);
        Halo halo;
        for (const Layer& l : network.layers) {
            if (l.op == Op::Conv && l.in == shape) {
                halo.widen(halo_of_input(l));
            }
            if (l.op == Op::Conv && l.out == shape) {
                halo.widen(halo_of_gradient(l));
            }
        }
        const std::size_t rows = halo.top + shape.height + halo.bottom;
        const std::size_t columns = halo.left + shape.width + halo.right;
        if (rows >= kRoomLimit || columns >= kRoomLimit || rows * columns >= kRoomLimit ||
            shape.channels * (rows * columns) >= kRoomLimit) {
            return "tensor " + std::to_string(t) +
                   ": 2^27 values or more with what convolutions read around it: " + text(shape);
        }
    }
    return {};
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

double training_operations(const Network& network) {
    double sum = 0;
    for (const Layer& l : network.layers) {
        const double passes = l.input == 0 ? 2 : 3;
        const double positions = l.op == Op::Conv     ? static_cast<double>(l.out.height) * l.out.width
                                 : l.op == Op::Linear ? 1
                                                      : 0;
        sum += passes * 2 * static_cast<double>(weight_values(l)) * positions;
    }
    return sum;
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
    if (auto problem = problem_of_room(network)) {
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
