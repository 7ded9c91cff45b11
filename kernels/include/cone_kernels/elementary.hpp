// exp and log with one defined order of IEEE-754 operations: the same bits on every compiler, host and device.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cone::kernels {

/// e^x, error below 1 ulp where the result is normal, below 1 ulp of the subnormal grid beneath.
/// exp(+-0) = 1, exp(-inf) = +0, exp(+inf) = +inf, NaN gives the quiet NaN 0x7ff8000000000000 whatever its payload.
/// Overflow gives +inf (x > 709.78), underflow +0 (x < -745.13).
[[nodiscard]] double exp_exact(double x);

/// Natural logarithm, error below 1 ulp. log(1) = +0, log(+-0) = -inf, log(+inf) = +inf; negative x and NaN give the
/// quiet NaN 0x7ff8000000000000.
[[nodiscard]] double log_exact(double x);

}  // namespace cone::kernels
