// Convolutions and linear layers as products (step.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arena.hpp"
#include "cone_kernels/network.hpp"
#include "step.hpp"

namespace cone::kernels::cpu {

/// `widest`: outputs of a tile (operators.hpp). Room for the packed weights of convolutions is for the caller to set.
[[nodiscard]] Product conv_product(const Layer& layer, const Map& x, const Map& y, const float* w, const float* b,
                                   std::size_t widest, Arena& arena);
/// One product for each remainder of (row, column) by the stride.
[[nodiscard]] std::vector<Product> conv_gradient_products(const Layer& layer, const Map& dy, const Map& dx, const float* w,
                                                          std::size_t widest, Arena& arena);
/// Relu and a pool of two as well: positions are the squares.
[[nodiscard]] Product pooled(Product conv, const Shape& out, const Map& y, const Map& sources, Arena& arena);
[[nodiscard]] ConvWeights conv_weights_plan(const Layer& layer, const Map& x, const Map& dy, float* dw, float* db,
                                            Arena& arena);

[[nodiscard]] Product linear_product(const Layer& layer, const Map& x, const Map& y, const float* w, const float* b,
                                     std::size_t widest, Arena& arena);
[[nodiscard]] Product linear_gradient_product(const Layer& layer, const Map& dy, const Map& dx, const float* w,
                                              std::size_t widest, Arena& arena);
/// Over the transposed input; none for inputs of fewer than 8 values.
[[nodiscard]] std::vector<Product> linear_weights_products(const Layer& layer, const float* transposed, const Map& dy,
                                                           float* dw, std::size_t widest, Arena& arena);

}  // namespace cone::kernels::cpu
