// Names by kind and number, sorted; offsets in that order.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/parameters.hpp"

#include <algorithm>
#include <map>

namespace cone::model {
namespace {

using kernels::Layer;
using kernels::Op;

const char* kind_of(Op op) {
    switch (op) {
        case Op::Conv:
            return "conv";
        case Op::Linear:
            return "fc";
        case Op::Embedding:
            return "embedding";
        default:
            return "norm";
    }
}

std::vector<std::uint64_t> weight_sizes(const Layer& layer) {
    switch (layer.op) {
        case Op::Conv:
            return {layer.out.channels, layer.in.channels, layer.kernel_height, layer.kernel_width};
        case Op::Linear:
            return {layer.out.channels, layer.in.values()};
        case Op::Embedding:
            return {256, layer.out.channels};
        default:
            return {layer.in.channels};
    }
}

std::vector<std::uint64_t> bias_sizes(const Layer& layer) {
    if (layer.op == Op::Embedding) {
        return {layer.out.width, layer.out.channels};
    }
    return {layer.out.channels};
}

std::uint64_t fan_in_of(const Layer& layer) {
    switch (layer.op) {
        case Op::Conv:
            return std::uint64_t{layer.in.channels} * layer.kernel_height * layer.kernel_width;
        case Op::Linear:
            return layer.in.values();
        default:
            return layer.out.channels;
    }
}

/// A parameter and the layer field that will point to it.
struct Slot {
    Parameter parameter;
    std::size_t* offset;
};

void add_slots(Layer& layer, const std::string& name, std::vector<Slot>& slots) {
    const bool norm = layer.op == Op::GroupNorm || layer.op == Op::LayerNorm;
    using Start = Parameter::Start;
    slots.push_back({{name + ".bias", bias_sizes(layer), 0, kernels::bias_values(layer), norm ? Start::Zero : Start::Uniform,
                      fan_in_of(layer)},
                     &layer.bias});
    slots.push_back({{name + ".weight", weight_sizes(layer), 0, kernels::weight_values(layer),
                      norm ? Start::One : Start::Uniform, fan_in_of(layer)},
                     &layer.weight});
}

}  // namespace

void place_parameters(Network& network) {
    std::vector<Slot> slots;
    std::map<std::string, int> numbers;
    for (auto& layer : network.graph.layers) {
        if (kernels::weight_values(layer) > 0) {
            const std::string kind = kind_of(layer.op);
            add_slots(layer, kind + std::to_string(++numbers[kind]), slots);
        }
    }
    std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) { return a.parameter.name < b.parameter.name; });
    for (auto& slot : slots) {
        slot.parameter.offset = network.values;
        *slot.offset = network.values;
        network.values += slot.parameter.values;
        network.parameters.push_back(std::move(slot.parameter));
    }
    network.graph.values = network.values;
}

}  // namespace cone::model
