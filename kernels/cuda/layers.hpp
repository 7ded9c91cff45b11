// One layer forward and back on a grid: which operator with which memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "attention.hpp"
#include "conv.hpp"
#include "embedding.hpp"
#include "group_norm.hpp"
#include "layer_norm.hpp"
#include "linear.hpp"
#include "pointwise.hpp"
#include "pool.hpp"

namespace cone::kernels::cuda {

/// What the layers of one pass share beside tensors; memory of the grid.
struct PassInput {
    u32 samples = 0;
    const float* weights = nullptr;
    const std::uint8_t* bytes = nullptr;
    const u32* indices = nullptr;
    std::optional<u64> dropout_seed;  ///< none in inference: nothing is dropped
    u64 dropout_stream = 0;
    void* scratch = nullptr;  ///< scratch_bytes of the layer
};

/// Scratch memory that either pass over the layer needs.
[[nodiscard]] inline std::size_t scratch_bytes(const Layer& layer, u32 samples) {
    switch (layer.op) {
        case Op::Conv:
            return conv_scratch(layer) * sizeof(float);
        case Op::GroupNorm:
        case Op::LayerNorm:
            return norm_scratch(layer, samples);
        case Op::Attention:
            return attention_scratch(layer, samples) * sizeof(float);
        default:
            return 0;
    }
}

template <class Grid>
void drop_or_copy(Grid& grid, const Layer& l, u32 layer, const PassInput& pass, const float* x, float* y) {
    if (!pass.dropout_seed) {
        grid.copy(y, x, pass.samples * l.in.values() * sizeof(float));
        return;
    }
    dropout(grid, l, dropout_key(*pass.dropout_seed, pass.dropout_stream, layer), pass.samples, pass.indices, x, y);
}

/// Tensors of a layer on the way forward.
struct ForwardTensors {
    const float* x;
    const float* other;  ///< Add
    float* y;
};

template <class Grid>
void forward(Grid& grid, const Layer& l, u32 layer, const PassInput& pass, const ForwardTensors& t) {
    const u32 n = pass.samples;
    const float* w = pass.weights + l.weight;
    const float* b = pass.weights + l.bias;
    auto* floats = static_cast<float*>(pass.scratch);
    switch (l.op) {
        case Op::Conv:
            return conv(grid, l, n, t.x, w, b, t.y);
        case Op::Linear:
            return linear(grid, l, n, t.x, w, b, t.y);
        case Op::Relu:
            return grid.elements(n * l.out.values(), Relu{t.x, t.y});
        case Op::MaxPool:
            return max_pool(grid, l, n, t.x, t.y);
        case Op::AvgPool:
            return avg_pool(grid, l, n, t.x, t.y);
        case Op::GroupNorm:
            return group_norm(grid, l, n, t.x, w, b, t.y, pass.scratch);
        case Op::LayerNorm:
            return layer_norm(grid, l, n, t.x, w, b, t.y, pass.scratch);
        case Op::Add:
            return grid.elements(n * l.out.values(), Add{t.x, t.other, t.y});
        case Op::Embedding:
            return embedding(grid, l, n, pass.bytes, w, b, t.y);
        case Op::Attention:
            return attention(grid, l, n, t.x, t.y, floats);
        case Op::Dropout:
            return drop_or_copy(grid, l, layer, pass, t.x, t.y);
    }
}

/// Tensors of a layer on the way back.
struct BackwardTensors {
    const float* x;
    const float* y;
    const float* dy;
    float* gradient;  ///< of all values of the network; the layer's are overwritten
};

template <class Grid>
void weight_gradient(Grid& grid, const Layer& l, const PassInput& pass, const BackwardTensors& t) {
    float* dw = t.gradient + l.weight;
    float* db = t.gradient + l.bias;
    switch (l.op) {
        case Op::Conv:
            return conv_weight_gradient(grid, l, pass.samples, t.x, t.dy, dw, db, static_cast<float*>(pass.scratch));
        case Op::Linear:
            return linear_weight_gradient(grid, l, pass.samples, t.x, t.dy, dw, db);
        case Op::Embedding:
            return embedding_gradient(grid, l, pass.samples, pass.bytes, t.dy, dw, db);
        default:
            return;
    }
}

/// Overwrites dx. A norm's weight gradient comes with it, and is written even where dx is not asked for.
template <class Grid>
void data_gradient(Grid& grid, const Layer& l, u32 layer, const PassInput& pass, const BackwardTensors& t, float* dx) {
    const u32 n = pass.samples;
    const float* w = pass.weights + l.weight;
    float* dw = t.gradient + l.weight;
    float* db = t.gradient + l.bias;
    switch (l.op) {
        case Op::Conv:
            return conv_data_gradient(grid, l, n, t.dy, w, dx);
        case Op::Linear:
            return linear_data_gradient(grid, l, n, t.dy, w, dx);
        case Op::Relu:
            return grid.elements(n * l.out.values(), ReluGradient{t.y, t.dy, dx});
        case Op::MaxPool:
            return max_pool_gradient(grid, l, n, t.x, t.dy, dx);
        case Op::AvgPool:
            return avg_pool_gradient(grid, l, n, t.dy, dx);
        case Op::GroupNorm:
            return group_norm_gradient(grid, l, n, t.x, t.dy, w, dx, dw, db, pass.scratch);
        case Op::LayerNorm:
            return layer_norm_gradient(grid, l, n, t.x, t.dy, w, dx, dw, db, pass.scratch);
        case Op::Attention:
            return attention_gradient(grid, l, n, t.x, t.dy, dx, static_cast<float*>(pass.scratch));
        case Op::Dropout:
            return drop_or_copy(grid, l, layer, pass, t.dy, dx);
        case Op::Add:
            return grid.copy(dx, t.dy, n * l.out.values() * sizeof(float));
        case Op::Embedding:
            return;
    }
}

[[nodiscard]] inline bool is_norm(const Layer& layer) {
    return layer.op == Op::GroupNorm || layer.op == Op::LayerNorm;
}

}  // namespace cone::kernels::cuda
