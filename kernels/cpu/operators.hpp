// The operators of one instruction set, as the planner sees them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone_kernels/optimiser.hpp"
#include "step.hpp"

namespace cone::kernels::cpu {

/// One step of the optimiser over `count` values. Clipping is done before: g <- g * clip when clip is set.
struct OptimiserStep {
    Optimiser optimiser;
    bool clips = false;
    float clip = 1;
    float c1 = 1;  ///< 1 - beta1^t
    float c2 = 1;
    float* gradient = nullptr;
    float* weights = nullptr;
    float* first = nullptr;
    float* second = nullptr;
};

struct Operators {
    std::size_t widest_tile;  ///< outputs of a product's tile of four positions
    Run input;                ///< bytes -> floats in lanes (y)
    Run embedding;            ///< bytes -> y
    Run product;              ///< y or dx
    Run product_relu;
    Run product_relu_pool;
    Run product_add;  ///< to what is there
    Run pack;         ///< weights of the products
    Run transpose;    ///< x -> extra, one row a sample
    Run conv_weights;
    Run linear_weights;
    Run relu;  ///< x -> y, may be one and the same
    Run relu_gradient;
    Run relu_pool_gradient;
    Run max_pool;
    Run max_pool_gradient;
    Run avg_pool;
    Run avg_pool_gradient;
    Run group_norm;
    Run group_norm_gradient;
    Run group_norm_weights;
    Run layer_norm;
    Run layer_norm_gradient;
    Run layer_norm_weights;
    Run add;
    Run pass_gradient;  ///< dy -> dx
    Run embedding_weights;
    Run attention;
    Run attention_gradient;
    Run dropout;
    Run dropout_gradient;
    Run loss;  ///< logits (x) -> their gradient (dx)
    /// Whether all are finite.
    bool (*finite)(const float* values, std::size_t count);
    /// Whether all new weights are finite.
    bool (*optimise)(const OptimiserStep& step, Range values);
};

namespace portable {
[[nodiscard]] const Operators& operators();
}
namespace avx2 {
[[nodiscard]] const Operators& operators();
}
namespace avx512 {
[[nodiscard]] const Operators& operators();
}

}  // namespace cone::kernels::cpu
