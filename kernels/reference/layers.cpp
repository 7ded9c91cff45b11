// One layer forward and backward: calls of the operators.
// SPDX-License-Identifier: Apache-2.0
#include "layers.hpp"

#include <algorithm>

#include "cone_kernels/operators.hpp"

namespace cone::kernels::reference {
namespace {

void drop(const Layer& l, std::size_t layer, const PassInput& pass, std::span<const float> x, std::span<float> y) {
    if (!pass.dropout_seed) {
        std::copy(x.begin(), x.end(), y.begin());
        return;
    }
    const auto key = dropout_key(*pass.dropout_seed, pass.dropout_stream, static_cast<std::uint32_t>(layer));
    dropout(l, key, pass.indices, x, y);
}

void add(std::span<const float> x, std::span<const float> other, std::span<float> y) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] = x[i] + other[i];
    }
}

}  // namespace

void forward(const Network& network, std::size_t layer, const PassInput& pass, const ForwardTensors& t) {
    const Layer& l = network.layers[layer];
    const auto w = weight_of(l, pass.weights);
    const auto b = bias_of(l, pass.weights);
    switch (l.op) {
        case Op::Conv:
            return conv(l, t.x, w, b, t.y);
        case Op::Linear:
            return linear(l, t.x, w, b, t.y);
        case Op::Relu:
            return relu(t.x, t.y);
        case Op::MaxPool:
            return max_pool(l, t.x, t.y);
        case Op::AvgPool:
            return avg_pool(l, t.x, t.y);
        case Op::GroupNorm:
            return group_norm(l, t.x, w, b, t.y);
        case Op::LayerNorm:
            return layer_norm(l, t.x, w, b, t.y);
        case Op::Add:
            return add(t.x, t.other, t.y);
        case Op::Embedding:
            return embedding(l, pass.bytes, w, b, t.y);
        case Op::Attention:
            return attention(l, t.x, t.y);
        case Op::Dropout:
            return drop(l, layer, pass, t.x, t.y);
    }
}

void backward(const Network& network, std::size_t layer, const PassInput& pass, const BackwardTensors& t) {
    const Layer& l = network.layers[layer];
    const auto w = weight_of(l, pass.weights);
    const auto dw = weight_of(l, t.gradient);
    const auto db = bias_of(l, t.gradient);
    switch (l.op) {
        case Op::Conv:
            conv_weight_gradient(l, t.x, t.dy, dw, db);
            return t.dx.empty() ? void() : conv_data_gradient(l, t.dy, w, t.dx);
        case Op::Linear:
            linear_weight_gradient(l, t.x, t.dy, dw, db);
            return t.dx.empty() ? void() : linear_data_gradient(l, t.dy, w, t.dx);
        case Op::Relu:
            return relu_gradient(t.y, t.dy, t.dx);
        case Op::MaxPool:
            return max_pool_gradient(l, t.x, t.dy, t.dx);
        case Op::AvgPool:
            return avg_pool_gradient(l, t.dy, t.dx);
        case Op::GroupNorm:
            return group_norm_gradient(l, t.x, t.dy, w, t.dx, dw, db);
        case Op::LayerNorm:
            return layer_norm_gradient(l, t.x, t.dy, w, t.dx, dw, db);
        case Op::Add: {
            std::copy(t.dy.begin(), t.dy.end(), t.dx.begin());
            return;
        }
        case Op::Embedding:
            return embedding_gradient(l, pass.bytes, t.dy, dw, db);
        case Op::Attention:
            return attention_gradient(l, t.x, t.dy, t.dx);
        case Op::Dropout:
            return drop(l, layer, pass, t.dy, t.dx);
    }
}

}  // namespace cone::kernels::reference
