// The operator set "exact/1": every result as one stated order of IEEE-754 binary32 operations. kernels/reference implements
// these functions as plain loops and is the specification; kernels/cpu and kernels/cuda give the same bits.
// SPDX-License-Identifier: Apache-2.0
//
// Words.   chain(a; x_k y_k): acc = a; for k ascending acc = fma(x_k, y_k, acc); the result is acc. One rounding a step.
//          sum(a; x_k):       acc = a; for k ascending acc = acc + x_k.
//          lanes(q):          q[i] += q[i+4] for i < 4, then q[i] += q[i+2] for i < 2, then q[0] + q[1].
//          fl(v) = float(v), v computed in double from the integers named, each operation rounded.
// Rounding to nearest even, subnormals kept, no reassociation. No step is left out because a factor is 0 or a rate is 0.
// Outside. A value read outside its tensor (padding) is +0 and takes part like any other.
// Samples. The number of samples n is a multiple of 8. Lane l of a sum over samples takes those with index mod 8 = l.
// NaN.     Which NaN comes out is not defined. A step whose gradient is not finite is refused (engine.hpp), so none is hashed.
//          Comparisons with NaN are false: ReLU of NaN is +0, a NaN stays in MaxPool when it is first and is passed over later.
//
//   Conv       y[m,i,j]    = chain(bias[m]; x[c, i t + r - p, j t + s - p] * w[m,c,r,s])      (c, r, s) ascending
//              dx[c,h,w]   = chain(+0; dy[m, (h+p-r)/t, (w+p-s)/t] * w[m,c,r,s])              (m, r, s) ascending, those
//                                                                                     for which t divides both numerators,
//                                                                                     negative ones too; dy outside is +0
//              dw[m,c,r,s] = lanes(q), q[l] = chain(+0; x[n; c, i t + r - p, j t + s - p] * dy[n; m,i,j]) (n, i, j)
//              db[m]       = lanes(q), q[l] = sum(+0; dy[n; m,i,j])                            (n, i, j), n in lane l
//   Linear     y[o]        = chain(bias[o]; x[k] * w[o,k])          k ascending
//              dx[k]       = chain(+0; dy[o] * w[o,k])              o ascending
//              dw[o,k]     = chain(+0; x[n; k] * dy[n; o])          n ascending
//              db[o]       = sum(+0; dy[n; o])                      n ascending
//   Relu       y = x > 0 ? x : +0 (so NaN and -0 give +0);          dx = y > 0 ? dy : +0
//   MaxPool    y: the first value of the square, row by row; a later one replaces it when it is greater (>).
//              dx: dy at the place that y came from, +0 elsewhere
//   AvgPool    y = sum(+0; x) * fl(1 / (k k)), row by row;          dx = dy * fl(1 / (k k)), +0 outside squares
//   GroupNorm  per sample and group of C channels of P positions, r = fl(1 / (C P)), eps = fl(1e-5), channels ascending:
//              mean = sum(+0; sum(+0; x over positions) over channels) * r
//              var  = sum(+0; chain(+0; d * d over positions) over channels) * r, d = x - mean
//              rstd = 1 / sqrt(var + eps);  z = (x - mean) * rstd;  y = fma(z, gamma, beta)
//              a[c] = sum(+0; dy over positions);  b[c] = chain(+0; dy * z over positions)
//              A = chain(+0; gamma[c] * a[c]) * r;  B = chain(+0; gamma[c] * b[c]) * r
//              dx = fma(-z, B, fma(dy, gamma, -A)) * rstd
//              dbeta[c] = lanes(q), q[l] = sum(+0; a[n; c]), n in lane l;  dgamma[c] likewise of b
//   LayerNorm  per sample and position, the channels ascending, r = fl(1 / channels):
//              mean = sum(+0; x) * r;  var = chain(+0; d * d) * r;  rstd, z, y as GroupNorm
//              A = chain(+0; gamma[c] * dy[c]) * r;  B = chain(+0; (gamma[c] * dy[c]) * z[c]) * r;  dx as GroupNorm
//              dbeta[c] = lanes(q), q[l] = sum(+0; dy), dgamma[c]: q[l] = chain(+0; dy * z)   (n, position), n in lane l
//   Add        y = x + other (input + other); the gradient goes to both, as it is
//   Embedding  y[d, t] = w[byte[t], d] + bias[t, d];  dw[v, d] = sum(+0; dy[n; d, t]) over (n, t) ascending with byte v;
//              dbias[t, d] = sum(+0; dy[n; d, t]) over n ascending
//   Attention  per sample and head of e = d / heads channels; f = fl(1 / sqrt(e)); position t sees u in its range, ascending:
//              s[t,u] = chain(+0; q[i,t] * k[i,u]) * f,  i over the head's channels
//              p[t,u] = float(E(u) / S): E(u) = exp_exact(double(s[t,u]) - double(m)), m the largest s[t,.], S = sum(+0; E(u)) in
//              double, one division in double
//              y[i,t] = chain(+0; p[t,u] * v[i,u])
//              g[t,u] = chain(+0; dy[i,t] * v[i,u]);  h[t] = chain(+0; p[t,u] * g[t,u])
//              e[t,u] = (p[t,u] * (g[t,u] - h[t])) * f
//              dq[i,t] = chain(+0; e[t,u] * k[i,u]) over u;  dk[i,u] = chain(+0; e[t,u] * q[i,t]) over t that see u
//              dv[i,u] = chain(+0; p[t,u] * dy[i,t]) over t that see u
//   Dropout    keep iff the Philox number of (seed, stream, layer, sample, value) is at or above rate (dropout.hpp);
//              y = keep ? x * fl(1 / (1 - rate)) : +0;  dx likewise of dy. At rate 0 all are kept, times 1. Inference: y = x
//   Loss       dy of the last tensor: cross_entropy_gradient of classification.hpp; +0 for samples that fill the batch up
//
// A tensor read by several layers gets the sum of their gradients: the last layer's first, each earlier one added to it
// (sum = sum + next). Tensor 0 gets none.
#pragma once

#include <cstdint>
#include <span>

#include "cone_kernels/network.hpp"

namespace cone::kernels::reference {

/// All spans in canonical order, n samples each (n a multiple of 8 where a weight gradient is asked for). Outputs may not
/// overlap inputs. `dw`, `db` are overwritten. Weights are the layer's own: weight_values(layer), bias_values(layer).
void conv(const Layer& layer, std::span<const float> x, std::span<const float> w, std::span<const float> b, std::span<float> y);
void conv_data_gradient(const Layer& layer, std::span<const float> dy, std::span<const float> w, std::span<float> dx);
void conv_weight_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dw,
                          std::span<float> db);

void linear(const Layer& layer, std::span<const float> x, std::span<const float> w, std::span<const float> b,
            std::span<float> y);
void linear_data_gradient(const Layer& layer, std::span<const float> dy, std::span<const float> w, std::span<float> dx);
void linear_weight_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dw,
                            std::span<float> db);

void relu(std::span<const float> x, std::span<float> y);
void relu_gradient(std::span<const float> y, std::span<const float> dy, std::span<float> dx);

void max_pool(const Layer& layer, std::span<const float> x, std::span<float> y);
void max_pool_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dx);
void avg_pool(const Layer& layer, std::span<const float> x, std::span<float> y);
void avg_pool_gradient(const Layer& layer, std::span<const float> dy, std::span<float> dx);

void group_norm(const Layer& layer, std::span<const float> x, std::span<const float> gamma, std::span<const float> beta,
                std::span<float> y);
void group_norm_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<const float> gamma,
                         std::span<float> dx, std::span<float> dgamma, std::span<float> dbeta);
void layer_norm(const Layer& layer, std::span<const float> x, std::span<const float> gamma, std::span<const float> beta,
                std::span<float> y);
void layer_norm_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<const float> gamma,
                         std::span<float> dx, std::span<float> dgamma, std::span<float> dbeta);

void embedding(const Layer& layer, std::span<const std::uint8_t> bytes, std::span<const float> w, std::span<const float> b,
               std::span<float> y);
void embedding_gradient(const Layer& layer, std::span<const std::uint8_t> bytes, std::span<const float> dy, std::span<float> dw,
                        std::span<float> db);

void attention(const Layer& layer, std::span<const float> x, std::span<float> y);
void attention_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dx);

}  // namespace cone::kernels::reference
