// Layer by layer; a ReLU and the pool behind it become one step.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/steps.hpp"

#include <algorithm>
#include <string>

#include "cone/base/errors.hpp"

namespace cone::libtorch {
namespace {

using kernels::Layer;
using kernels::Op;

[[noreturn]] void refuse(std::size_t index, const Layer& layer) {
    throw ConfigError("model.layers[" + std::to_string(index) + "]: the engine \"libtorch\" cannot execute this " +
                          kernels::name_of(layer.op),
                      "use execution.engine = \"exact\"");
}

std::size_t parameter_at(const model::Network& network, std::size_t offset) {
    const auto found = std::find_if(network.parameters.begin(), network.parameters.end(),
                                    [&](const auto& parameter) { return parameter.offset == offset; });
    return static_cast<std::size_t>(found - network.parameters.begin());
}

/// Rows of a convolution's full result: more than layer.out where the pool behind it drops some.
Step conv_step(const model::Network& network, const Layer& layer) {
    return {.kind = Step::Kind::Conv,
            .in = layer.in.channels,
            .out = layer.out.channels,
            .height = layer.in.height,
            .width = layer.in.width,
            .kernel = layer.kernel_width,
            .padding = layer.padding,
            .weight = parameter_at(network, layer.weight),
            .bias = parameter_at(network, layer.bias)};
}

bool fits(const Layer& layer, std::size_t index) {
    const bool chained = layer.input == index;
    switch (layer.op) {
        case Op::Conv:
            return chained && layer.stride == 1;
        case Op::Linear:
        case Op::Relu:
            return chained;
        case Op::MaxPool:
            return chained && layer.kernel_height == 2 && layer.kernel_width == 2;
        default:
            return false;
    }
}

Step pool_step(const Step& conv) {
    return {.kind = Step::Kind::ReluPool,
            .in = conv.out,
            .out = conv.out,
            .height = conv.height + 2 * conv.padding - conv.kernel + 1,
            .width = conv.width + 2 * conv.padding - conv.kernel + 1};
}

}  // namespace

std::vector<Step> steps_of(const model::Network& network) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < network.graph.layers.size(); ++i) {
        const auto& layer = network.graph.layers[i];
        if (!fits(layer, i)) {
            refuse(i, layer);
        }
        if (layer.op == Op::Conv) {
            steps.push_back(conv_step(network, layer));
        } else if (layer.op == Op::Linear) {
            steps.push_back({.kind = Step::Kind::Dense,
                             .in = static_cast<std::uint32_t>(layer.in.values()),
                             .out = layer.out.channels,
                             .weight = parameter_at(network, layer.weight),
                             .bias = parameter_at(network, layer.bias)});
        } else if (layer.op == Op::Relu) {
            steps.push_back({.kind = Step::Kind::Relu, .in = layer.in.channels, .out = layer.out.channels});
        } else if (steps.size() >= 2 && steps.back().kind == Step::Kind::Relu &&
                   steps[steps.size() - 2].kind == Step::Kind::Conv) {
            steps.back() = pool_step(steps[steps.size() - 2]);
        } else {
            refuse(i, layer);
        }
    }
    return steps;
}

}  // namespace cone::libtorch
