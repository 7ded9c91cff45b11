// Modules in the network's order; tensors by number, as its layers name them.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/plain_network.hpp"

#include <string>

#include "cone/base/errors.hpp"

namespace cone::libtorch {

using kernels::Layer;
using kernels::Op;

PlainNetwork::PlainNetwork(const kernels::Network& network) : network_(network) {
    for (const Layer& layer : network.layers) {
        modules_.push_back(module_of(layer));
        if (!modules_.back().is_empty()) {
            register_module("layer" + std::to_string(modules_.size()), modules_.back().ptr());
        }
    }
}

PlainNetwork::Module PlainNetwork::module_of(const Layer& layer) {
    using namespace torch::nn;
    const auto wide = [](auto value) { return static_cast<std::int64_t>(value); };
    switch (layer.op) {
        case Op::Conv:
            return Module(Conv2d(Conv2dOptions(layer.in.channels, layer.out.channels, layer.kernel_height)
                                     .stride(wide(layer.stride))
                                     .padding(wide(layer.padding))));
        case Op::Linear:
            return Module(Linear(wide(layer.in.values()), wide(layer.out.channels)));
        case Op::Relu:
            return Module(ReLU());
        case Op::MaxPool:
            return Module(MaxPool2d(layer.kernel_height));
        case Op::AvgPool:
            return Module(AvgPool2d(layer.kernel_height));
        case Op::GroupNorm:
            return Module(GroupNorm(layer.groups, layer.in.channels));
        case Op::Add:
            return {};
        default:
            throw ConfigError(std::string("the plain libtorch loop has no ") + kernels::name_of(layer.op) +
                              " layer: measure this network without it");
    }
}

torch::Tensor PlainNetwork::run(std::size_t layer, const std::vector<torch::Tensor>& tensors) {
    const Layer& l = network_.layers[layer];
    const auto& input = tensors[l.input];
    if (l.op == Op::Add) {
        return input + tensors[l.other];
    }
    return modules_[layer].forward(l.op == Op::Linear ? input.flatten(1) : input);
}

torch::Tensor PlainNetwork::forward(const torch::Tensor& images) {
    std::vector<torch::Tensor> tensors{images};
    for (std::size_t layer = 0; layer < modules_.size(); ++layer) {
        tensors.push_back(run(layer, tensors));
    }
    return tensors.back();
}

}  // namespace cone::libtorch
