// Self-attention of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// Units are heads. extra of a block: p[head][t][u], room for e[head][u], the gradient of x.
void attention(const Step& step, const Call& call, Range blocks, Range units);
void attention_gradient(const Step& step, const Call& call, Range blocks, Range units);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
