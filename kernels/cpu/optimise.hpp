// Optimiser steps of one instruction set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

bool finite(const float* values, std::size_t count);
bool optimise(const OptimiserStep& step, Range values);

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
