// The table of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include "attention.hpp"
#include "norms.hpp"
#include "optimise.hpp"
#include "pack.hpp"
#include "pointwise.hpp"
#include "products.hpp"
#include "vec.hpp"
#include "weights.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

const Operators& operators() {
    static constexpr Operators kOperators{
        .widest_tile = kAccumulators / 4,
        .input = input,
        .embedding = embedding,
        .product = product,
        .product_relu = product_relu,
        .product_relu_pool = product_relu_pool,
        .product_add = product_add,
        .pack = pack,
        .transpose = transpose,
        .conv_weights = conv_weights,
        .linear_weights = linear_weights,
        .relu = relu,
        .relu_gradient = relu_gradient,
        .relu_pool_gradient = relu_pool_gradient,
        .max_pool = max_pool,
        .max_pool_gradient = max_pool_gradient,
        .avg_pool = avg_pool,
        .avg_pool_gradient = avg_pool_gradient,
        .group_norm = group_norm,
        .group_norm_gradient = group_norm_gradient,
        .group_norm_weights = group_norm_weights,
        .layer_norm = layer_norm,
        .layer_norm_gradient = layer_norm_gradient,
        .layer_norm_weights = layer_norm_weights,
        .add = add,
        .pass_gradient = pass_gradient,
        .embedding_weights = embedding_weights,
        .attention = attention,
        .attention_gradient = attention_gradient,
        .dropout = dropout,
        .dropout_gradient = dropout_gradient,
        .loss = loss,
        .finite = finite,
        .optimise = optimise,
    };
    return kOperators;
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
