// Operators between the products: input, pooling, activations, loss. Of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// Units are channels of the tensor that is written, unless said otherwise.
void relu(const Step& step, const Call& call, Range blocks, Range units);
void relu_gradient(const Step& step, const Call& call, Range blocks, Range units);
/// From the gradient of the pooled value (dy) and the place in the square (other) to the whole square (dx).
void relu_pool_gradient(const Step& step, const Call& call, Range blocks, Range units);
void max_pool(const Step& step, const Call& call, Range blocks, Range units);
void max_pool_gradient(const Step& step, const Call& call, Range blocks, Range units);
void avg_pool(const Step& step, const Call& call, Range blocks, Range units);
void avg_pool_gradient(const Step& step, const Call& call, Range blocks, Range units);
void add(const Step& step, const Call& call, Range blocks, Range units);
void pass_gradient(const Step& step, const Call& call, Range blocks, Range units);
void dropout(const Step& step, const Call& call, Range blocks, Range units);
void dropout_gradient(const Step& step, const Call& call, Range blocks, Range units);

/// Bytes of the rows to floats in lanes.
void input(const Step& step, const Call& call, Range blocks, Range units);
void embedding(const Step& step, const Call& call, Range blocks, Range units);
/// Units are dimensions; blocks must be all of the batch.
void embedding_weights(const Step& step, const Call& call, Range blocks, Range units);
/// One unit.
void loss(const Step& step, const Call& call, Range blocks, Range units);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
