// The plain loop is the specification; with AVX2 the same chains run eight columns at a time.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/products.hpp"

#include <cmath>
#include <vector>

#include "cone/base/errors.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cone::libtorch {
namespace {

#if defined(__x86_64__)
#define CONE_AVX2 __attribute__((target("avx2,fma")))

constexpr std::size_t kLanes = 8;

/// All ones in the first `count` lanes.
CONE_AVX2 __m256i lane_mask(std::size_t count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane);
}

/// Rows x (8 * Vectors) elements of c in registers; k ascends.
template <std::size_t Rows, std::size_t Vectors>
CONE_AVX2 void multiply_block(const StridedMatrix& a, const float* b, float* c, std::size_t depth, std::size_t columns) {
    __m256 sum[Rows][Vectors];
    for (auto& row : sum) {
        for (auto& vector : row) {
            vector = _mm256_setzero_ps();
        }
    }
    for (std::size_t k = 0; k < depth; ++k) {
#pragma GCC unroll 4
        for (std::size_t i = 0; i < Rows; ++i) {
            const __m256 factor = _mm256_broadcast_ss(a.data + i * a.row_stride + k * a.column_stride);
#pragma GCC unroll 2
            for (std::size_t j = 0; j < Vectors; ++j) {
                sum[i][j] = _mm256_fmadd_ps(factor, _mm256_loadu_ps(b + k * columns + j * kLanes), sum[i][j]);
            }
        }
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 2
        for (std::size_t j = 0; j < Vectors; ++j) {
            _mm256_storeu_ps(c + i * columns + j * kLanes, sum[i][j]);
        }
    }
}

/// The last `count` < 8 columns of `Rows` rows.
template <std::size_t Rows>
CONE_AVX2 void multiply_rest(const StridedMatrix& a, const float* b, float* c, std::size_t depth, std::size_t columns,
                             std::size_t count) {
    const __m256i mask = lane_mask(count);
    __m256 sum[Rows];
    for (auto& vector : sum) {
        vector = _mm256_setzero_ps();
    }
    for (std::size_t k = 0; k < depth; ++k) {
        const __m256 row = _mm256_maskload_ps(b + k * columns, mask);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < Rows; ++i) {
            sum[i] = _mm256_fmadd_ps(_mm256_broadcast_ss(a.data + i * a.row_stride + k * a.column_stride), row, sum[i]);
        }
    }
    for (std::size_t i = 0; i < Rows; ++i) {
        _mm256_maskstore_ps(c + i * columns, mask, sum[i]);
    }
}

template <std::size_t Rows>
CONE_AVX2 void multiply_rows(const StridedMatrix& a, const float* b, float* c, std::size_t depth, std::size_t columns) {
    std::size_t j = 0;
    for (; j + 2 * kLanes <= columns; j += 2 * kLanes) {
        multiply_block<Rows, 2>(a, b + j, c + j, depth, columns);
    }
    for (; j + kLanes <= columns; j += kLanes) {
        multiply_block<Rows, 1>(a, b + j, c + j, depth, columns);
    }
    if (j < columns) {
        multiply_rest<Rows>(a, b + j, c + j, depth, columns, columns - j);
    }
}

CONE_AVX2 void multiply_wide(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth,
                             std::size_t columns) {
    std::size_t i = 0;
    for (; i + 4 <= rows; i += 4) {
        multiply_rows<4>({a.data + i * a.row_stride, a.row_stride, a.column_stride}, b, c + i * columns, depth, columns);
    }
    for (; i < rows; ++i) {
        multiply_rows<1>({a.data + i * a.row_stride, a.row_stride, a.column_stride}, b, c + i * columns, depth, columns);
    }
}

bool has_wide() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
void multiply_wide(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth, std::size_t columns) {
    multiply_plain(a, b, c, rows, depth, columns);
}
bool has_wide() {
    return false;
}
#endif

std::vector<float> transposed(std::span<const float> x, std::size_t rows) {
    const std::size_t columns = x.size() / rows;
    std::vector<float> out(x.size());
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            out[j * rows + i] = x[i * columns + j];
        }
    }
    return out;
}

}  // namespace

void multiply_plain(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth,
                    std::size_t columns) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            float sum = 0;
            for (std::size_t k = 0; k < depth; ++k) {
                sum = std::fma(a.data[i * a.row_stride + k * a.column_stride], b[k * columns + j], sum);
            }
            c[i * columns + j] = sum;
        }
    }
}

void multiply(const StridedMatrix& a, const float* b, float* c, std::size_t rows, std::size_t depth, std::size_t columns) {
    static const bool kWide = has_wide();
    (kWide ? multiply_wide : multiply_plain)(a, b, c, rows, depth, columns);
}

void dense(std::span<const float> x, std::span<const float> weight, std::span<const float> bias, std::span<float> y) {
    const std::size_t out = bias.size();
    const std::size_t in = weight.size() / out;
    const std::size_t batch = y.size() / out;
    CONE_ASSERT(weight.size() == in * out && x.size() == batch * in && y.size() == batch * out, "shapes of dense");
    // y^T = weight * x^T: transposing a batch is cheaper than transposing the weights.
    const auto columns = transposed(x, batch);
    std::vector<float> result(y.size());
    multiply({weight.data(), in, 1}, columns.data(), result.data(), out, in, batch);
    for (std::size_t i = 0; i < batch; ++i) {
        for (std::size_t o = 0; o < out; ++o) {
            y[i * out + o] = result[o * batch + i] + bias[o];
        }
    }
}

void dense_weight_gradient(std::span<const float> grad, std::span<const float> x, std::size_t batch,
                           std::span<float> grad_weight) {
    const std::size_t out = grad.size() / batch;
    const std::size_t in = x.size() / batch;
    CONE_ASSERT(grad_weight.size() == out * in, "shapes of dense_weight_gradient");
    multiply({grad.data(), 1, out}, x.data(), grad_weight.data(), out, batch, in);
}

void dense_input_gradient(std::span<const float> grad, std::span<const float> weight, std::size_t batch,
                          std::span<float> grad_x) {
    const std::size_t out = grad.size() / batch;
    const std::size_t in = weight.size() / out;
    CONE_ASSERT(grad_x.size() == batch * in, "shapes of dense_input_gradient");
    multiply({grad.data(), out, 1}, weight.data(), grad_x.data(), batch, out, in);
}

}  // namespace cone::libtorch
