// Pooling over squares side by side. One thread an output (average gradient: an input); each value is read once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/network.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

struct PoolGeometry {
    u32 side, in_height, in_width, out_height, out_width;
    float inverse_area;
    Divider by_out_pixels, by_out_width, by_in_pixels, by_in_width, by_side;

    explicit PoolGeometry(const Layer& layer)
        : side(layer.kernel_height),
          in_height(layer.in.height),
          in_width(layer.in.width),
          out_height(layer.out.height),
          out_width(layer.out.width),
          inverse_area(static_cast<float>(1.0 / (static_cast<double>(side) * side))),
          by_out_pixels(out_height * out_width),
          by_out_width(out_width),
          by_in_pixels(in_height * in_width),
          by_in_width(in_width),
          by_side(side) {}

    /// Index of the first value of output i's square; i counts (sample, channel, row, column).
    [[nodiscard]] CONE_HOST_DEVICE std::size_t square_of(std::size_t i) const {
        const auto [plane, pixel] = split(static_cast<u32>(i), by_out_pixels);
        const auto [row, column] = split(pixel, by_out_width);
        return (std::size_t{plane} * in_height + row * side) * in_width + column * side;
    }
};

/// Index of the first of the largest values of a square, row by row.
[[nodiscard]] CONE_HOST_DEVICE inline std::size_t largest_of_square(const PoolGeometry& g, const float* x, std::size_t first) {
    std::size_t best = first;
    for (u32 row = 0; row < g.side; ++row) {
        for (u32 column = 0; column < g.side; ++column) {
            const std::size_t at = first + std::size_t{row} * g.in_width + column;
            best = x[at] > x[best] ? at : best;
        }
    }
    return best;
}

struct MaxPool {
    PoolGeometry g;
    const float* x;
    float* y;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { y[i] = x[largest_of_square(g, x, g.square_of(i))]; }
};

/// dx is +0 before; squares do not overlap.
struct MaxPoolGradient {
    PoolGeometry g;
    const float* x;
    const float* dy;
    float* dx;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { dx[largest_of_square(g, x, g.square_of(i))] = dy[i]; }
};

struct AvgPool {
    PoolGeometry g;
    const float* x;
    float* y;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const float* square = x + g.square_of(i);
        float sum = 0;
        for (u32 row = 0; row < g.side; ++row) {
            for (u32 column = 0; column < g.side; ++column) {
                sum += square[std::size_t{row} * g.in_width + column];
            }
        }
        y[i] = sum * g.inverse_area;
    }
};

struct AvgPoolGradient {
    PoolGeometry g;
    const float* dy;
    float* dx;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [plane, pixel] = split(static_cast<u32>(i), g.by_in_pixels);
        const auto [h, w] = split(pixel, g.by_in_width);
        const u32 row = g.by_side.quotient(h);
        const u32 column = g.by_side.quotient(w);
        const bool read = row < g.out_height && column < g.out_width;
        dx[i] = read ? dy[(std::size_t{plane} * g.out_height + row) * g.out_width + column] * g.inverse_area : 0.0f;
    }
};

template <class Grid>
void max_pool(Grid& grid, const Layer& layer, u32 samples, const float* x, float* y) {
    grid.elements(samples * layer.out.values(), MaxPool{PoolGeometry(layer), x, y});
}

template <class Grid>
void max_pool_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, float* dx) {
    grid.clear(dx, samples * layer.in.values() * sizeof(float));
    grid.elements(samples * layer.out.values(), MaxPoolGradient{PoolGeometry(layer), x, dy, dx});
}

template <class Grid>
void avg_pool(Grid& grid, const Layer& layer, u32 samples, const float* x, float* y) {
    grid.elements(samples * layer.out.values(), AvgPool{PoolGeometry(layer), x, y});
}

template <class Grid>
void avg_pool_gradient(Grid& grid, const Layer& layer, u32 samples, const float* dy, float* dx) {
    grid.elements(samples * layer.in.values(), AvgPoolGradient{PoolGeometry(layer), dy, dx});
}

}  // namespace cone::kernels::cuda
