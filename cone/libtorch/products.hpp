// Matrix products with one order of operations: the same bits on every processor, whatever its vector width.
// SPDX-License-Identifier: Apache-2.0
//
// MKL, libtorch's choice, promises the same bits on processors of different makers only on its slowest code branch. Here each
// element of a product is one chain of fused multiply-adds over ascending k, so blocking and vector width cannot change it.
#pragma once

#include <cstddef>
#include <span>

namespace cone::libtorch {

/// A matrix seen through strides: element (i, k) is data[i * row_stride + k * column_stride].
struct StridedMatrix {
    const float* data = nullptr;
    std::size_t row_stride = 0;
    std::size_t column_stride = 0;
};

/// c (rows, columns) <- a (rows, depth) * b (depth, columns); b and c row-major without gaps and apart from each other.
/// c_ij = fma(a_i,depth-1, b_depth-1,j, ... fma(a_i0, b_0j, +0)).
void multiply(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth, std::size_t columns);

/// The specification of multiply; slow.
void multiply_plain(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth, std::size_t columns);

/// y (batch, out) <- x (batch, in) * weight (out, in)^T + bias (out); the bias is added last.
void dense(std::span<const float> x, std::span<const float> weight, std::span<const float> bias, std::span<float> y);

/// grad_weight (out, in) <- grad (batch, out)^T * x (batch, in).
void dense_weight_gradient(std::span<const float> grad, std::span<const float> x, std::size_t batch,
                           std::span<float> grad_weight);

/// grad_x (batch, in) <- grad (batch, out) * weight (out, in).
void dense_input_gradient(std::span<const float> grad, std::span<const float> weight, std::size_t batch,
                          std::span<float> grad_x);

}  // namespace cone::libtorch
