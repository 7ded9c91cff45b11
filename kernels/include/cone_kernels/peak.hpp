// What one core could do: the ceiling that benchmarks are held against.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cone::kernels {

/// GFLOP/s of fused multiply-adds in single precision on this core, measured now for some milliseconds with 256-bit vectors; 0
/// where there are none.
[[nodiscard]] double measured_peak();

}  // namespace cone::kernels
