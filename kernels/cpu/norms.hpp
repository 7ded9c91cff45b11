// Group and layer normalisation of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// Units are groups; of the weights' gradients channels, and blocks must be all of the batch.
void group_norm(const Step& step, const Call& call, Range blocks, Range units);
void group_norm_gradient(const Step& step, const Call& call, Range blocks, Range units);
void group_norm_weights(const Step& step, const Call& call, Range blocks, Range units);

/// Units are positions; of the weights' gradients channels, and blocks must be all of the batch.
void layer_norm(const Step& step, const Call& call, Range blocks, Range units);
void layer_norm_gradient(const Step& step, const Call& call, Range blocks, Range units);
void layer_norm_weights(const Step& step, const Call& call, Range blocks, Range units);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
