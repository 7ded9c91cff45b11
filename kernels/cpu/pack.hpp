// Weights of products in the order in which their tiles read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

/// All products of the step; units are tiles of the first one's outputs.
void pack(const Step& step, const Call& call, Range blocks, Range units);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
