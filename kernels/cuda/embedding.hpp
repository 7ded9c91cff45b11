// Embedding of bytes and their positions on a grid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/network.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

/// One thread a value (n, d, t).
struct Embedding {
    u32 dimension, positions;
    Divider by_values, by_positions;
    const std::uint8_t* bytes;
    const float* w;
    const float* b;
    float* y;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [n, value] = split(static_cast<u32>(i), by_values);
        const auto [d, t] = split(value, by_positions);
        const std::size_t byte = bytes[std::size_t{n} * positions + t];
        y[i] = w[byte * dimension + d] + b[std::size_t{t} * dimension + d];
    }
};

/// dw[byte, d]: one thread a value of the weight walks over all bytes of the batch, which stay in the cache. No atomics.
struct EmbeddingWeightGradient {
    u32 samples, dimension, positions;
    const std::uint8_t* bytes;
    const float* dy;
    float* dw;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t byte = i / dimension;
        const std::size_t d = i % dimension;
        float sum = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            for (std::size_t t = 0; t < positions; ++t) {
                if (bytes[n * positions + t] == byte) {
                    sum += dy[(n * dimension + d) * positions + t];
                }
            }
        }
        dw[i] = sum;
    }
};

/// dbias[t, d]: one thread a value.
struct EmbeddingBiasGradient {
    u32 samples, dimension, positions;
    const float* dy;
    float* db;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t t = i / dimension;
        const std::size_t d = i % dimension;
        float sum = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            sum += dy[(n * dimension + d) * positions + t];
        }
        db[i] = sum;
    }
};

template <class Grid>
void embedding(Grid& grid, const Layer& layer, u32 samples, const std::uint8_t* bytes, const float* w, const float* b,
               float* y) {
    const u32 dimension = layer.out.channels;
    const u32 positions = layer.out.width;
    grid.elements(samples * layer.out.values(),
                  Embedding{dimension, positions, Divider(dimension * positions), Divider(positions), bytes, w, b, y});
}

template <class Grid>
void embedding_gradient(Grid& grid, const Layer& layer, u32 samples, const std::uint8_t* bytes, const float* dy, float* dw,
                        float* db) {
    const u32 dimension = layer.out.channels;
    const u32 positions = layer.out.width;
    grid.elements(std::size_t{256} * dimension, EmbeddingWeightGradient{samples, dimension, positions, bytes, dy, dw});
    grid.elements(std::size_t{positions} * dimension, EmbeddingBiasGradient{samples, dimension, positions, dy, db});
}

}  // namespace cone::kernels::cuda
