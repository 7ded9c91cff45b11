// Random networks, weights and batches over the whole operator set, to compare engines. No test framework in here, so that a
// machine with a compiler only can use it too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "cone_kernels/engine.hpp"
#include "cone_kernels/network.hpp"

namespace cone::kernels::testing {

struct SplitMix {
    std::uint64_t state;
    std::uint64_t next() {
        std::uint64_t z = (state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    /// In [low, high].
    std::uint32_t between(std::uint32_t low, std::uint32_t high) {
        return low + static_cast<std::uint32_t>(next() % (std::uint64_t{high} - low + 1));
    }
    double uniform(double low, double high) { return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53); }
    bool coin() { return (next() & 1) != 0; }
};

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// "value 17: 0x1.8p+0 and 0x1.9p+0", nothing when all bits agree.
inline std::string first_difference(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size()) {
        return "sizes " + std::to_string(a.size()) + " and " + std::to_string(b.size());
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) {
            std::array<char, 128> line{};
            std::snprintf(line.data(), line.size(), "value %zu: %a and %a", i, static_cast<double>(a[i]),
                          static_cast<double>(b[i]));
            return line.data();
        }
    }
    return {};
}

/// A network that grows at its end. Every layer reads the last tensor, Add an earlier one besides.
class Builder {
public:
    explicit Builder(const Shape& input) { network_.input = input; }

    [[nodiscard]] const Shape& shape() const { return shape_of(last()); }
    [[nodiscard]] std::uint32_t last() const { return static_cast<std::uint32_t>(network_.layers.size()); }
    [[nodiscard]] const Shape& shape_of(std::uint32_t tensor) const {
        return tensor == 0 ? network_.input : network_.layers[tensor - 1].out;
    }

    /// Fills in what follows from the rest: tensors, input shape, places of the parameters. `out` empty: as the input.
    Builder& add(Layer layer) {
        layer.input = last();
        layer.in = shape();
        network_.layers.push_back(layer);
        Layer& added = network_.layers.back();
        if (added.out == Shape{0, 0, 0}) {
            added.out = added.in;
        }
        added.weight = weight_values(added) > 0 ? network_.values : 0;
        added.bias = added.weight + weight_values(added);
        network_.values += weight_values(added) + bias_values(added);
        return *this;
    }
    Builder& same(Op op) { return add(layer_of(op, {0, 0, 0})); }
    Builder& linear(std::uint32_t out) { return add(layer_of(Op::Linear, {out, 1, 1})); }
    Builder& conv(std::uint32_t out, std::uint32_t kernel, std::uint32_t stride = 1, std::uint32_t padding = 0) {
        return conv(out, kernel, kernel, stride, padding, 0);
    }
    /// `crop` fewer rows and columns than fit.
    Builder& conv(std::uint32_t out, std::uint32_t kernel_height, std::uint32_t kernel_width, std::uint32_t stride,
                  std::uint32_t padding, std::uint32_t crop) {
        const std::uint32_t height = (shape().height + 2 * padding - kernel_height) / stride + 1;
        const std::uint32_t width = (shape().width + 2 * padding - kernel_width) / stride + 1;
        Layer layer = layer_of(Op::Conv, {out, height > crop ? height - crop : 1, width > crop ? width - crop : 1});
        layer.kernel_height = kernel_height;
        layer.kernel_width = kernel_width;
        layer.stride = stride;
        layer.padding = padding;
        return add(layer);
    }
    Builder& pool(Op op, std::uint32_t kernel) {
        Layer layer = layer_of(op, {shape().channels, shape().height / kernel, shape().width / kernel});
        layer.kernel_height = layer.kernel_width = kernel;
        return add(layer);
    }
    Builder& group_norm(std::uint32_t groups) {
        Layer layer = layer_of(Op::GroupNorm, {0, 0, 0});
        layer.groups = groups;
        return add(layer);
    }
    Builder& add_tensor(std::uint32_t other) {
        Layer layer = layer_of(Op::Add, {0, 0, 0});
        layer.other = other;
        return add(layer);
    }
    Builder& embedding(std::uint32_t dimension) { return add(layer_of(Op::Embedding, {dimension, 1, shape().width})); }
    Builder& attention(std::uint32_t heads, bool causal) {
        Layer layer = layer_of(Op::Attention, {shape().channels / 3, 1, shape().width});
        layer.groups = heads;
        layer.causal = causal;
        return add(layer);
    }
    Builder& dropout(float rate) {
        Layer layer = layer_of(Op::Dropout, {0, 0, 0});
        layer.rate = rate;
        return add(layer);
    }

    [[nodiscard]] Network network() const {
        Network network = network_;
        network.classes = static_cast<std::uint32_t>(shape().values());
        return network;
    }

private:
    static Layer layer_of(Op op, const Shape& out) {
        Layer layer;
        layer.op = op;
        layer.out = out;
        return layer;
    }

    Network network_;
};

inline std::uint32_t bit_of(Op op) {
    return std::uint32_t{1} << static_cast<unsigned>(op);
}
inline constexpr std::uint32_t kAllOps = ~std::uint32_t{0};

/// A divisor of `n`.
inline std::uint32_t random_divisor(SplitMix& random, std::uint32_t n) {
    std::uint32_t divisor = random.between(1, n);
    while (n % divisor != 0) {
        --divisor;
    }
    return divisor;
}

/// Adds the last tensor and an earlier one of its shape, if there is one.
inline void add_shortcut(Builder& b, SplitMix& random) {
    std::vector<std::uint32_t> others;
    for (std::uint32_t tensor = 0; tensor < b.last(); ++tensor) {
        if (b.shape_of(tensor) == b.shape()) {
            others.push_back(tensor);
        }
    }
    if (!others.empty()) {
        b.add_tensor(others[random.next() % others.size()]);
    }
}

inline void add_random_conv(Builder& b, SplitMix& random) {
    const std::uint32_t height = random.between(1, std::min(5u, b.shape().height));
    const std::uint32_t width =
        random.coin() ? std::min(height, b.shape().width) : random.between(1, std::min(5u, b.shape().width));
    const std::uint32_t padding = random.between(0, std::min({2u, height - 1, width - 1}));
    const std::uint32_t channels = random.coin() ? b.shape().channels : random.between(1, 13);
    const std::uint32_t stride = random.between(1, 3);
    const std::uint32_t crop = random.between(0, 3) == 0 ? 1 : 0;
    b.conv(channels, height, width, stride, padding, crop);
}

inline void add_random_attention(Builder& b, SplitMix& random) {
    const std::uint32_t dimension = random.between(1, 12);
    const std::uint32_t heads = random_divisor(random, dimension);
    b.conv(3 * dimension, 1).attention(heads, random.coin());
}

/// Adds a layer of one kind, nothing where it would not fit.
inline void add_random_layer(Builder& b, SplitMix& random, Op op) {
    const Shape& s = b.shape();
    const std::uint32_t side = std::min({s.height, s.width, 3u});
    switch (op) {
        case Op::Conv:
            return add_random_conv(b, random);
        case Op::MaxPool:
        case Op::AvgPool:
            return void(b.pool(op, random.between(1, side)));
        case Op::Relu:
        case Op::LayerNorm:
            return void(b.same(op));
        case Op::GroupNorm:
            return void(b.group_norm(random_divisor(random, s.channels)));
        case Op::Add:
            return add_shortcut(b, random);
        case Op::Dropout:
            return void(b.dropout(static_cast<float>(random.between(0, 4)) * 0.2f));
        case Op::Linear:
            if (s.values() < 600 && random.coin()) {
                b.linear(random.between(1, 40));
            }
            return;
        case Op::Attention:
            return s.height == 1 ? add_random_attention(b, random) : void();
        case Op::Embedding:
            return;  // first or never
    }
}

/// Up to 8 random layers of the kinds in `ops` (bits by bit_of; Linear is always used at the end), then a linear one.
inline Network random_network(std::uint64_t seed, std::uint32_t ops = kAllOps) {
    SplitMix random{seed};
    const bool is_text = (ops & bit_of(Op::Embedding)) != 0 && random.between(0, 2) == 0;
    Builder b(is_text ? Shape{1, 1, random.between(1, 12)}
                      : Shape{random.between(1, 4), random.between(1, 14), random.between(1, 14)});
    if (is_text) {
        b.embedding(random.between(1, 16));
    }
    for (std::uint32_t i = random.between(0, 8); i > 0; --i) {
        const auto op = static_cast<Op>(random.between(0, static_cast<std::uint32_t>(Op::Dropout)));
        if ((ops & bit_of(op)) != 0) {
            add_random_layer(b, random, op);
        }
    }
    return b.linear(random.between(1, 12)).network();
}

/// Values that keep activations near 1: uniform with variance 1 / inputs; gamma near 1; a few zeros, negative zeros and
/// subnormals among them.
inline std::vector<float> random_weights(const Network& network, std::uint64_t seed) {
    SplitMix random{seed ^ 0x77656967687473};
    std::vector<float> values(network.values);
    for (const Layer& layer : network.layers) {
        const bool is_norm = layer.op == Op::GroupNorm || layer.op == Op::LayerNorm;
        const std::size_t inputs = layer.op == Op::Embedding ? 3 : weight_values(layer) / std::max(1u, layer.out.channels);
        const double bound = std::sqrt(3.0 / static_cast<double>(std::max<std::size_t>(1, inputs)));
        for (std::size_t i = 0; i < weight_values(layer) + bias_values(layer); ++i) {
            const std::uint32_t kind = random.between(0, 199);
            const double value = random.uniform(-bound, bound);
            const float special[] = {0.0f, -0.0f, 0x1p-149f, -0x1.8p-130f};
            const bool is_gamma = is_norm && i < weight_values(layer);
            values[layer.weight + i] = kind < 4 ? special[kind] : static_cast<float>(is_gamma ? 1 + 0.5 * value : value);
        }
    }
    return values;
}

/// A batch and the memory behind it. Movable only: view() points into it.
struct RandomBatch {
    std::vector<std::uint8_t> bytes;
    std::vector<const std::uint8_t*> rows;
    std::vector<std::uint8_t> labels;
    std::vector<std::uint32_t> indices;
    std::array<float, 256> table{};
    std::uint32_t divisor = 1;
    std::uint64_t seed = 0;

    RandomBatch() = default;
    RandomBatch(RandomBatch&&) = default;
    RandomBatch& operator=(RandomBatch&&) = default;
    RandomBatch(const RandomBatch&) = delete;
    RandomBatch& operator=(const RandomBatch&) = delete;
    ~RandomBatch() = default;

    [[nodiscard]] Samples samples() const { return {rows, table}; }
    [[nodiscard]] Batch view() const { return {samples(), labels, divisor, indices, seed, ~seed}; }
};

/// `rows` samples; the divisor is that of a batch of up to three times as many.
inline RandomBatch random_batch(const Network& network, std::uint32_t rows, std::uint64_t seed) {
    SplitMix random{seed ^ 0x6261746368};
    RandomBatch batch;
    batch.seed = seed;
    for (std::size_t x = 0; x < batch.table.size(); ++x) {
        batch.table[x] = static_cast<float>((static_cast<double>(x) / 255 - 0.5) / 0.25);
    }
    batch.bytes.resize(rows * network.input.values());
    std::generate(batch.bytes.begin(), batch.bytes.end(), [&] { return static_cast<std::uint8_t>(random.next() >> 20); });
    for (std::uint32_t n = 0; n < rows; ++n) {
        batch.rows.push_back(batch.bytes.data() + n * network.input.values());
        batch.labels.push_back(static_cast<std::uint8_t>(random.between(0, network.classes - 1)));
        batch.indices.push_back(random.between(0, 70'000));
    }
    batch.divisor = std::max(1u, rows) * random.between(1, 3);
    return batch;
}

/// FNV-1a over 64-bit words: one number for many bits.
struct Fold {
    std::uint64_t hash = 0xcbf29ce484222325;
    void add(std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    void add(std::span<const float> values) {
        for (const float value : values) {
            add(std::uint64_t{std::bit_cast<std::uint32_t>(value)});
        }
    }
};

}  // namespace cone::kernels::testing
