// Forward and backward pass through a network, layer by layer: the operator set "libtorch/1". Includes libtorch.
// SPDX-License-Identifier: Apache-2.0
//
//   Conv      at::conv2d                             at::convolution_backward (no input gradient for the first layer)
//   ReluPool  loops: relu_pool                       relu_pool_backward
//   Dense     products: dense                        dense_weight_gradient, sum_rows, dense_input_gradient
//   Relu      loops: relu                            relu_backward
#pragma once

#include <vector>

#include "cone/libtorch/steps.hpp"
#include "cone/libtorch/torch_pch.hpp"
#include "cone/model/network.hpp"

namespace cone::libtorch {

/// Views of the parameters into one flat float tensor, in the network's order.
[[nodiscard]] std::vector<at::Tensor> parameter_views(const model::Network& network, const at::Tensor& flat);

/// What the backward pass needs: each layer's input, and where ReluPool's outputs came from.
struct Tape {
    std::vector<at::Tensor> inputs;
    std::vector<at::Tensor> sources;
};

/// Logits (batch, classes) of `images` (batch, channels, height, width). `tape` may be null.
[[nodiscard]] at::Tensor forward(const std::vector<Step>& steps, const std::vector<at::Tensor>& parameters, at::Tensor images,
                                 Tape* tape);

/// Writes the gradient of every parameter into `gradients` (views like `parameters`), given the gradient of the logits.
void backward(const std::vector<Step>& steps, const std::vector<at::Tensor>& parameters, const Tape& tape, at::Tensor grad,
              std::vector<at::Tensor>& gradients);

}  // namespace cone::libtorch
