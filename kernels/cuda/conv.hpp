// Convolution and its gradients on a grid: implicit matrix products (gemm_tile.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conv_operands.hpp"
#include "gemm_tile.hpp"
#include "lanes.hpp"
#include "matrix_operands.hpp"

namespace cone::kernels::cuda {

template <class Grid>
void conv(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* w, const float* b, float* y) {
    const ConvGeometry g(layer);
    run_product(grid, Product<AlongDepth, Patches, ConvOutput>{{w, g.filter()},
                                                               {x, g},
                                                               {y, b, g.out_pixels(), g.out_channels, g.by_out_pixels},
                                                               g.out_channels,
                                                               samples * g.out_pixels(),
                                                               g.filter()});
}

/// One product for each of the stride^2 classes of pixels that has some, so that taps between the output's positions do not
/// take part.
template <class Grid>
void conv_data_gradient(Grid& grid, const Layer& layer, u32 samples, const float* dy, const float* w, float* dx) {
    const ConvGeometry g(layer);
    for (u32 row = 0; row < g.stride && row < g.in_height; ++row) {
        for (u32 column = 0; column < g.stride && column < g.in_width; ++column) {
            const PixelClass of(g, row, column);
            run_product(grid, Product<ClassFilters, ClassGradients, ClassInputs>{{w, g, of},
                                                                                 {dy, g, of},
                                                                                 {dx, g, of},
                                                                                 g.in_channels,
                                                                                 samples * of.rows * of.columns,
                                                                                 g.out_channels * of.taps()});
        }
    }
}

/// Floats of scratch memory that conv_weight_gradient needs.
[[nodiscard]] inline std::size_t conv_scratch(const Layer& layer) {
    return kSampleLanes * weight_values(layer);
}

/// Eight products, one a lane of samples, into scratch; then the tree.
template <class Grid>
void conv_weight_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, float* dw, float* db,
                          float* scratch) {
    const ConvGeometry g(layer);
    const std::size_t count = std::size_t{g.out_channels} * g.filter();
    run_product(grid,
                Product<LaneGradients, LanePatches, MatrixOutput>{{dy, g},
                                                                  {x, g},
                                                                  {scratch, g.filter(), nullptr, count},
                                                                  g.out_channels,
                                                                  g.filter(),
                                                                  samples / kSampleLanes * g.out_pixels()},
                kSampleLanes);
    grid.elements(count, CombineLanes{scratch, count, dw});
    grid.elements(kSampleLanes * g.out_channels, LaneSums{dy, samples, g.out_channels, g.out_pixels(), scratch});
    grid.elements(g.out_channels, CombineLanes{scratch, g.out_channels, db});
}

}  // namespace cone::kernels::cuda
