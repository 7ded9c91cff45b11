// How a thread rounds. The engines' bits are those of IEEE-754's default: to nearest even, subnormal numbers kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "cone::kernels is not to be built with -ffast-math or -ffinite-math-only: they change bits"
#endif

namespace cone::kernels {

/// What this thread does otherwise ("subnormal results are flushed to zero"), null when nothing. A library may have told it to: one
/// linked with -ffast-math does when it is loaded. A thread starts as the one that started it.
[[nodiscard]] const char* float_problem();

/// IEEE-754's default for this thread.
void set_default_floats();

}  // namespace cone::kernels
