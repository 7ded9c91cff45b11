// Self-attention on a grid: the matrices p and e of all heads are stored, (samples, heads, t, u).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "../reference/elementary_inline.hpp"
#include "block.hpp"
#include "cone_kernels/network.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

struct AttentionGeometry {
    u32 positions, channels, heads, size;
    bool causal;
    float scale;
    Divider by_positions, by_heads, by_channels, by_size, by_input;

    explicit AttentionGeometry(const Layer& layer)
        : positions(layer.in.width),
          channels(layer.out.channels),
          heads(layer.groups),
          size(channels / heads),
          causal(layer.causal),
          scale(static_cast<float>(1.0 / std::sqrt(static_cast<double>(size)))),
          by_positions(positions),
          by_heads(heads),
          by_channels(channels),
          by_size(size),
          by_input(3 * channels) {}

    /// Positions that t sees: u below this.
    [[nodiscard]] CONE_HOST_DEVICE u32 end_of(u32 t) const { return causal ? t + 1 : positions; }
    /// First position that sees u.
    [[nodiscard]] CONE_HOST_DEVICE u32 first_for(u32 u) const { return causal ? u : 0; }
    /// Row (n, channel) of the input, of queries, keys (section 1) or values (section 2).
    [[nodiscard]] CONE_HOST_DEVICE std::size_t row(u32 n, u32 section, u32 channel) const {
        return (std::size_t{n} * 3 * channels + section * channels + channel) * positions;
    }
    [[nodiscard]] CONE_HOST_DEVICE std::size_t out_row(u32 n, u32 channel) const {
        return (std::size_t{n} * channels + channel) * positions;
    }
    /// Row (n, head, t) of a matrix of the heads.
    [[nodiscard]] CONE_HOST_DEVICE std::size_t matrix_row(u32 n, u32 head, u32 t) const {
        return ((std::size_t{n} * heads + head) * positions + t) * positions;
    }
};

/// One place (n, head, t, u) of a matrix of the heads.
struct HeadPlace {
    u32 n, head, t, u;
};

[[nodiscard]] CONE_HOST_DEVICE inline HeadPlace place_of(const AttentionGeometry& g, std::size_t i) {
    const auto [row, u] = split(static_cast<u32>(i), g.by_positions);
    const auto [head_row, t] = split(row, g.by_positions);
    const auto [n, head] = split(head_row, g.by_heads);
    return {n, head, t, u};
}

/// products[t, u] = chain(+0; left[i, t] * right[i, u]) over the head's channels, times `scale` when scaled; one thread each.
struct HeadProducts {
    AttentionGeometry g;
    const float* left;  ///< queries of x, or dy
    const float* x;
    u32 right_section;
    bool scaled;
    float* products;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [n, head, t, u] = place_of(g, i);
        if (u >= g.end_of(t)) {
            return;
        }
        const float* a = left + (scaled ? g.row(n, 0, head * g.size) : g.out_row(n, head * g.size)) + t;
        const float* b = x + g.row(n, right_section, head * g.size) + u;
        float chain = 0;
        for (std::size_t c = 0; c < g.size; ++c) {
            chain = fused(a[c * g.positions], b[c * g.positions], chain);
        }
        products[i] = scaled ? chain * g.scale : chain;
    }
};

/// Turns a row of scores into probabilities; one thread a row (n, head, t). Exponentials are computed twice, not stored.
struct RowSoftmax {
    AttentionGeometry g;
    float* p;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const u32 end = g.end_of(split(static_cast<u32>(i), g.by_positions).inner);
        float* row = p + i * g.positions;
        float largest = row[0];
        for (u32 u = 1; u < end; ++u) {
            largest = row[u] > largest ? row[u] : largest;
        }
        double sum = 0;
        for (u32 u = 0; u < end; ++u) {
            sum += exp_inline(static_cast<double>(row[u]) - static_cast<double>(largest));
        }
        for (u32 u = 0; u < end; ++u) {
            row[u] = static_cast<float>(exp_inline(static_cast<double>(row[u]) - static_cast<double>(largest)) / sum);
        }
    }
};

/// Turns a row of g into e; one thread a row.
struct RowScoreGradients {
    AttentionGeometry g;
    const float* p;
    float* e;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const u32 end = g.end_of(split(static_cast<u32>(i), g.by_positions).inner);
        const float* row_p = p + i * g.positions;
        float* row = e + i * g.positions;
        float h = 0;
        for (u32 u = 0; u < end; ++u) {
            h = fused(row_p[u], row[u], h);
        }
        for (u32 u = 0; u < end; ++u) {
            row[u] = (row_p[u] * (row[u] - h)) * g.scale;
        }
    }
};

/// y[i, t], one thread a value (n, channel, t).
struct AttentionOutput {
    AttentionGeometry g;
    const float* x;
    const float* p;
    float* y;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [row, t] = split(static_cast<u32>(i), g.by_positions);
        const auto [n, channel] = split(row, g.by_channels);
        const float* row_p = p + g.matrix_row(n, g.by_size.quotient(channel), t);
        const float* values = x + g.row(n, 2, channel);
        float chain = 0;
        for (u32 u = 0; u < g.end_of(t); ++u) {
            chain = fused(row_p[u], values[u], chain);
        }
        y[i] = chain;
    }
};

/// dq, dk and dv, one thread a value (n, section and channel, position).
struct AttentionInputGradient {
    AttentionGeometry g;
    const float* x;
    const float* dy;
    const float* p;
    const float* e;
    float* dx;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const auto [row, at] = split(static_cast<u32>(i), g.by_positions);
        const auto [n, place] = split(row, g.by_input);
        const auto [section, channel] = split(place, g.by_channels);
        const std::size_t matrix = g.matrix_row(n, g.by_size.quotient(channel), 0);
        dx[i] = section == 0 ? query(n, channel, at, matrix) : seen(section, n, channel, at, matrix);
    }

private:
    [[nodiscard]] CONE_HOST_DEVICE float query(u32 n, u32 channel, u32 t, std::size_t matrix) const {
        const float* keys = x + g.row(n, 1, channel);
        const float* row = e + matrix + std::size_t{t} * g.positions;
        float chain = 0;
        for (u32 u = 0; u < g.end_of(t); ++u) {
            chain = fused(row[u], keys[u], chain);
        }
        return chain;
    }
    /// Of key (e times queries) or value (p times dy) u, over the positions t that see it.
    [[nodiscard]] CONE_HOST_DEVICE float seen(u32 section, u32 n, u32 channel, u32 u, std::size_t matrix) const {
        const float* factors = (section == 1 ? e : p) + matrix + u;
        const float* values = section == 1 ? x + g.row(n, 0, channel) : dy + g.out_row(n, channel);
        float chain = 0;
        for (u32 t = g.first_for(u); t < g.positions; ++t) {
            chain = fused(factors[std::size_t{t} * g.positions], values[t], chain);
        }
        return chain;
    }
};

/// Floats of scratch memory that both passes need.
[[nodiscard]] inline std::size_t attention_scratch(const Layer& layer, u32 samples) {
    return std::size_t{2} * samples * layer.groups * layer.in.width * layer.in.width;
}

template <class Grid>
void attention_probabilities(Grid& grid, const AttentionGeometry& g, u32 samples, const float* x, float* p) {
    const std::size_t rows = std::size_t{samples} * g.heads * g.positions;
    grid.elements(rows * g.positions, HeadProducts{g, x, x, 1, true, p});
    grid.elements(rows, RowSoftmax{g, p});
}

template <class Grid>
void attention(Grid& grid, const Layer& layer, u32 samples, const float* x, float* y, float* scratch) {
    const AttentionGeometry g(layer);
    attention_probabilities(grid, g, samples, x, scratch);
    grid.elements(samples * layer.out.values(), AttentionOutput{g, x, scratch, y});
}

template <class Grid>
void attention_gradient(Grid& grid, const Layer& layer, u32 samples, const float* x, const float* dy, float* dx,
                        float* scratch) {
    const AttentionGeometry g(layer);
    const std::size_t rows = std::size_t{samples} * g.heads * g.positions;
    float* e = scratch + rows * g.positions;
    attention_probabilities(grid, g, samples, x, scratch);
    grid.elements(rows * g.positions, HeadProducts{g, dy, x, 2, false, e});
    grid.elements(rows, RowScoreGradients{g, scratch, e});
    grid.elements(samples * layer.in.values(), AttentionInputGradient{g, x, dy, scratch, e, dx});
}

}  // namespace cone::kernels::cuda
