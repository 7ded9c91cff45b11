// Operators that read one place and write one place. One thread a value (Dropout: a quad of values), no order to keep.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/dropout.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

/// 5 bytes of traffic a value; the table stays in the cache.
struct BytesToFloats {
    const std::uint8_t* bytes;
    const float* table;
    float* x;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { x[i] = table[bytes[i]]; }
};

struct Relu {
    const float* x;
    float* y;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { y[i] = x[i] > 0 ? x[i] : 0.0f; }
};

struct ReluGradient {
    const float* y;
    const float* dy;
    float* dx;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { dx[i] = y[i] > 0 ? dy[i] : 0.0f; }
};

/// y = x + other; y may be x.
struct Add {
    const float* x;
    const float* other;
    float* y;
    CONE_HOST_DEVICE void operator()(std::size_t i) const { y[i] = x[i] + other[i]; }
};

/// Stores 1 when a value is NaN or infinite; every thread that stores stores the same.
struct FindNotFinite {
    const float* values;
    u32* found;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        if (!finite(values[i])) {
            *found = 1;
        }
    }
};

/// Thread i owns values 4 q .. 4 q + 3 of sample n, i = (n, q): one block of the generator.
struct Drop {
    DropoutKey key;
    u32 threshold;
    float scale;
    const u32* indices;  ///< of the samples in their shard
    u32 values;          ///< of a sample
    Divider by_quads;
    const float* x;
    float* y;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [n, quad] = split(static_cast<u32>(i), by_quads);
        const auto numbers = dropout_numbers(key, indices[n], quad);
        for (u32 e = 0; e < 4 && 4 * quad + e < values; ++e) {
            const std::size_t at = std::size_t{n} * values + 4 * quad + e;
            y[at] = numbers[e] >= threshold ? x[at] * scale : 0.0f;
        }
    }
};

template <class Grid>
void dropout(Grid& grid, const Layer& layer, DropoutKey key, u32 samples, const u32* indices, const float* x, float* y) {
    const auto values = static_cast<u32>(layer.in.values());
    const u32 quads = ceil_div(values, 4);
    grid.elements(std::size_t{samples} * quads,
                  Drop{key, dropout_threshold(layer.rate), dropout_scale(layer.rate), indices, values, Divider(quads), x, y});
}

}  // namespace cone::kernels::cuda
