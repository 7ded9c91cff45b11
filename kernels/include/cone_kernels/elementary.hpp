// exp and log with one defined order of IEEE-754 operations: the same bits on every compiler, host and device.
// SPDX-License-Identifier: Apache-2.0
//
// All in binary64, rounded to nearest even, subnormals kept; fma rounds once.
//
//   A = 0x1.62e42feep-1 (ln 2, its last 21 bits 0)   B = 0x1.a39ef35793c76p-33 (ln 2 - A)   C = 0x1.71547652b82fep+0 (1 / ln 2)
//
//   exp_exact(x)   NaN -> 0x7ff8000000000000;  x > 710 -> +inf;  x < -746 -> +0;  else
//     k = fma(x, C, 0x1.8p52) - 0x1.8p52                  an integer
//     r = fma(-k, B, fma(-k, A, x))
//     s = e[13];  for n = 12, 11 .. 2: s = fma(s, r, e[n])        e[n] = 1 / n!, the nearest double:
//         13 0x1.6124613a86d09p-33   12 0x1.1eed8eff8d898p-29   11 0x1.ae64567f544e4p-26   10 0x1.27e4fb7789f5cp-22
//          9 0x1.71de3a556c734p-19    8 0x1.a01a01a01a01ap-16    7 0x1.a01a01a01a01ap-13    6 0x1.6c16c16c16c17p-10
//          5 0x1.1111111111111p-7     4 0x1.5555555555555p-5     3 0x1.5555555555555p-3     2 0x1.0000000000000p-1
//     h = k / 2, rounded towards 0;  the result is ((1 + fma(r * r, s, r)) * 2^h) * 2^(k - h)
//
//   log_exact(x)   NaN or x < 0 -> 0x7ff8000000000000;  +-0 -> -inf;  +inf -> +inf;  else
//     x = 2^k * m with m in [w, 2 w), w = 0x1.6a09e667f3bcdp-1 (sqrt(1/2)), exact; k goes on as a double
//     f = m - 1;  s = f / (2 + f);  z = s * s
//     t = o[21];  for n = 19, 17 .. 3: t = fma(t, z, o[n]);  then t = t * z       o[n] = 2 / n, the nearest double:
//         21 0x1.8618618618618p-4    19 0x1.af286bca1af28p-4    17 0x1.e1e1e1e1e1e1ep-4    15 0x1.1111111111111p-3
//         13 0x1.3b13b13b13b14p-3    11 0x1.745d1745d1746p-3     9 0x1.c71c71c71c71cp-3     7 0x1.2492492492492p-2
//          5 0x1.999999999999ap-2     3 0x1.5555555555555p-1
//     q = (0.5 * f) * f;  b = fma(s, q + t, k * B);  the result is fma(k, A, f - (q - b))
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
