// Products (step.hpp) of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// All products of the step; units are their tiles of outputs.
void product(const Step& step, const Call& call, Range blocks, Range units);
void product_relu(const Step& step, const Call& call, Range blocks, Range units);
/// Positions are those of the pooled plane; in_row and in_column lead from one square to the next.
void product_relu_pool(const Step& step, const Call& call, Range blocks, Range units);
void product_add(const Step& step, const Call& call, Range blocks, Range units);

/// One product of one block.
void fill_product(const Product& product, Range tiles);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
