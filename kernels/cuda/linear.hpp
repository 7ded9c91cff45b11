// Linear layers and their gradients on a grid: matrix products of stored matrices (gemm_tile.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone_kernels/network.hpp"
#include "gemm_tile.hpp"
#include "matrix_operands.hpp"

namespace cone::kernels::cuda {

/// sums[o] = sum(+0; dy[n; o]), n ascending. One thread an output.
struct ColumnSums {
    const float* dy;
    u32 samples;
    std::size_t columns;
    float* sums;

    CONE_HOST_DEVICE void operator()(std::size_t o) const {
        float sum = 0;
        for (u32 n = 0; n < samples; ++n) {
            sum += dy[n * columns + o];
        }
        sums[o] = sum;
    }
};

/// y (samples, out) = chain(bias; x (samples, in) * w (out, in)).
template <class Grid>
void linear(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* w, const float* b, float* y) {
    const auto in = static_cast<u32>(layer.in.values());
    const auto out = static_cast<u32>(layer.out.values());
    run_product(grid, Product<AlongDepth, AlongDepth, MatrixOutput>{{x, in}, {w, in}, {y, out, b}, samples, out, in});
}

template <class Grid>
void linear_data_gradient(Grid& grid, const Layer& layer, u32 samples, const float* dy, const float* w, float* dx) {
    const auto in = static_cast<u32>(layer.in.values());
    const auto out = static_cast<u32>(layer.out.values());
    run_product(grid, Product<AlongDepth, AcrossDepth, MatrixOutput>{{dy, out}, {w, in}, {dx, in}, samples, in, out});
}

template <class Grid>
void linear_weight_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, float* dw,
                            float* db) {
    const auto in = static_cast<u32>(layer.in.values());
    const auto out = static_cast<u32>(layer.out.values());
    run_product(grid, Product<AcrossDepth, AcrossDepth, MatrixOutput>{{dy, out}, {x, in}, {dw, in}, out, in, samples});
    grid.elements(out, ColumnSums{dy, samples, out, db});
}

}  // namespace cone::kernels::cuda
