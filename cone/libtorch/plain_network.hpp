// A network as users of libtorch write it: torch::nn modules and autograd. The benchmark's peer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/libtorch/torch_pch.hpp"
#include "cone_kernels/network.hpp"

namespace cone::libtorch {

/// One module a layer: convolution, linear, pooling, ReLU, group normalisation, residual sums. A convolution computes all that
/// fits, as libtorch does, also what a pool leaves out.
class PlainNetwork : public torch::nn::Module {
public:
    /// Throws ConfigError naming a layer it has no module for.
    explicit PlainNetwork(const kernels::Network& network);

    /// (n, channels, height, width) -> logits (n, classes).
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& images);

private:
    using Module = torch::nn::AnyModule;
    [[nodiscard]] static Module module_of(const kernels::Layer& layer);
    [[nodiscard]] torch::Tensor run(std::size_t layer, const std::vector<torch::Tensor>& tensors);

    kernels::Network network_;
    std::vector<Module> modules_;  // empty for Add
};

}  // namespace cone::libtorch
