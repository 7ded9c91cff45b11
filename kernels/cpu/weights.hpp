// Weight gradients of Conv and Linear, of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// Blocks must be all of the batch. Units are outputs.
void conv_weights(const Step& step, const Call& call, Range blocks, Range units);
/// Units are tiles of outputs.
void linear_weights(const Step& step, const Call& call, Range blocks, Range units);
void transpose(const Step& step, const Call& call, Range blocks, Range units);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
