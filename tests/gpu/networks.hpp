// The networks that are trained and timed on a GPU; torch_peers.py builds the same ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone_kernels/network.hpp"

namespace cone::gpu_check {

using kernels::Layer;
using kernels::Network;
using kernels::Op;
using kernels::Shape;
using Tensor = std::uint32_t;

/// Layers that may read any earlier tensor; places of parameters follow from the order.
class NetworkBuilder {
public:
    explicit NetworkBuilder(const Shape& input) { network_.input = input; }

    Tensor conv(Tensor from, std::uint32_t channels, std::uint32_t kernel, std::uint32_t stride, std::uint32_t padding) {
        const Shape& in = shape(from);
        const auto side = [&](std::uint32_t size) { return (size + 2 * padding - kernel) / stride + 1; };
        Layer layer = reading(Op::Conv, from, {channels, side(in.height), side(in.width)});
        layer.kernel_height = layer.kernel_width = kernel;
        layer.stride = stride;
        layer.padding = padding;
        return append(layer);
    }
    Tensor linear(Tensor from, std::uint32_t values) { return append(reading(Op::Linear, from, {values, 1, 1})); }
    Tensor relu(Tensor from) { return append(reading(Op::Relu, from, shape(from))); }
    Tensor pool(Op op, Tensor from, std::uint32_t kernel) {
        const Shape& in = shape(from);
        Layer layer = reading(op, from, {in.channels, in.height / kernel, in.width / kernel});
        layer.kernel_height = layer.kernel_width = kernel;
        return append(layer);
    }
    Tensor group_norm(Tensor from, std::uint32_t groups) {
        Layer layer = reading(Op::GroupNorm, from, shape(from));
        layer.groups = groups;
        return append(layer);
    }
    Tensor add(Tensor from, Tensor other) {
        Layer layer = reading(Op::Add, from, shape(from));
        layer.other = other;
        return append(layer);
    }
    [[nodiscard]] Network network(std::uint32_t classes) const {
        Network network = network_;
        network.classes = classes;
        return network;
    }

private:
    [[nodiscard]] const Shape& shape(Tensor tensor) const {
        return tensor == 0 ? network_.input : network_.layers[tensor - 1].out;
    }
    [[nodiscard]] Layer reading(Op op, Tensor from, const Shape& out) const {
        Layer layer;
        layer.op = op;
        layer.input = from;
        layer.in = shape(from);
        layer.out = out;
        return layer;
    }
    Tensor append(Layer layer) {
        layer.weight = weight_values(layer) > 0 ? network_.values : 0;
        layer.bias = layer.weight + weight_values(layer);
        network_.values += weight_values(layer) + bias_values(layer);
        network_.layers.push_back(layer);
        return static_cast<Tensor>(network_.layers.size());
    }

    Network network_;
};

inline Network lenet5(const Shape& input) {
    NetworkBuilder b(input);
    Tensor t = b.pool(Op::MaxPool, b.relu(b.conv(0, 6, 5, 1, 0)), 2);
    t = b.pool(Op::MaxPool, b.relu(b.conv(t, 16, 5, 1, 0)), 2);
    t = b.relu(b.linear(t, 120));
    t = b.relu(b.linear(t, 84));
    b.linear(t, 10);
    return b.network(10);
}

/// conv 32, conv 64, fully connected 128 on 1x28x28.
inline Network small_cnn() {
    NetworkBuilder b({1, 28, 28});
    Tensor t = b.pool(Op::MaxPool, b.relu(b.conv(0, 32, 3, 1, 1)), 2);
    t = b.pool(Op::MaxPool, b.relu(b.conv(t, 64, 3, 1, 1)), 2);
    t = b.relu(b.linear(t, 128));
    b.linear(t, 10);
    return b.network(10);
}

/// He, Zhang, Ren, Sun: "Deep residual learning", 2015, for 3x32x32, with group norm of 8 groups.
inline Network resnet18() {
    NetworkBuilder b({3, 32, 32});
    Tensor t = b.relu(b.group_norm(b.conv(0, 64, 3, 1, 1), 8));
    std::uint32_t channels = 64;
    for (std::uint32_t stage = 0; stage < 4; ++stage, channels *= 2) {
        for (std::uint32_t block = 0; block < 2; ++block) {
            const std::uint32_t stride = stage > 0 && block == 0 ? 2 : 1;
            const Tensor shortcut = stride == 2 ? b.group_norm(b.conv(t, channels, 1, 2, 0), 8) : t;
            const Tensor inner = b.relu(b.group_norm(b.conv(t, channels, 3, stride, 1), 8));
            t = b.relu(b.add(b.group_norm(b.conv(inner, channels, 3, 1, 1), 8), shortcut));
        }
    }
    b.linear(b.pool(Op::AvgPool, t, 4), 10);
    return b.network(10);
}

}  // namespace cone::gpu_check
