// Norm and scaling of an update, with one order of operations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace cone::kernels {

/// Sum of squares: one chain s = fma(x, x, s) in double over ascending indices, from +0. The square of a float is exact in
/// double, so each step rounds once. NaN or infinite input gives NaN or infinity.
[[nodiscard]] double squared_norm(std::span<const float> x);

/// x <- float(double(x) * factor).
void scale(std::span<float> x, double factor);

}  // namespace cone::kernels
