// The exact engine against libtorch in float64: forward and every gradient of random networks over all operators.
// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "cone_kernels/dropout.hpp"
#include "cone_kernels/engine.hpp"
#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::Builder;
using testing::RandomBatch;

constexpr double kTolerance = 1e-5;  // of the largest value of the tensor, at least of a tenth of the whole gradient's
constexpr double kSmallestVariance = 1e-3;

std::int64_t wide(std::size_t value) {
    return static_cast<std::int64_t>(value);
}

/// A network in libtorch, in double, differentiable in its parameters.
class Oracle {
public:
    Oracle(const Network& network, std::span<const float> weights, const RandomBatch& batch, bool training)
        : network_(network), batch_(batch), training_(training) {
        for (const Layer& layer : network.layers) {
            parameters_.push_back(parameter(weights.subspan(layer.weight, weight_values(layer))));
            parameters_.push_back(parameter(weights.subspan(layer.bias, bias_values(layer))));
        }
        bytes_ = at::tensor(at::ArrayRef<std::uint8_t>(batch.bytes)).view(shape(network.input));
        const auto table = at::tensor(at::ArrayRef<float>(batch.table.data(), 256)).to(at::kDouble);
        tensors_.push_back(table.index_select(0, bytes_.flatten().to(at::kLong)).view(shape(network.input)));
        for (std::size_t i = 0; i < network.layers.size(); ++i) {
            const Layer& layer = network.layers[i];
            const auto y = forward(i, layer, tensors_[layer.input]);
            tensors_.push_back(y.narrow(2, 0, layer.out.height).narrow(3, 0, layer.out.width));
        }
    }

    [[nodiscard]] at::Tensor logits() const { return tensors_.back().flatten(1); }
    [[nodiscard]] at::Tensor weight(std::size_t layer) const { return parameters_[2 * layer]; }
    [[nodiscard]] at::Tensor bias(std::size_t layer) const { return parameters_[2 * layer + 1]; }

    /// Of all sets of values that a norm makes one of; infinity without norms.
    [[nodiscard]] double smallest_variance() const {
        double smallest = std::numeric_limits<double>::infinity();
        for (const Layer& l : network_.layers) {
            const auto& x = tensors_[l.input];
            if (l.op == Op::GroupNorm) {
                smallest = std::min(smallest, x.reshape({x.size(0), wide(l.groups), -1}).var(2, false).min().item<double>());
            } else if (l.op == Op::LayerNorm) {
                smallest = std::min(smallest, x.var({1}, false, false).min().item<double>());
            }
        }
        return smallest;
    }

    void backward() const {
        const auto labels = at::tensor(at::ArrayRef<std::uint8_t>(batch_.labels)).to(at::kLong);
        const auto loss =
            at::cross_entropy_loss(logits(), labels, {}, at::Reduction::Sum) / static_cast<double>(batch_.divisor);
        loss.backward();
    }

private:
    static at::Tensor parameter(std::span<const float> values) {
        return at::tensor(at::ArrayRef<float>(values.data(), values.size())).to(at::kDouble).requires_grad_();
    }

    [[nodiscard]] std::vector<std::int64_t> shape(const Shape& s) const {
        return {wide(batch_.rows.size()), s.channels, s.height, s.width};
    }

    [[nodiscard]] at::Tensor forward(std::size_t i, const Layer& l, const at::Tensor& x) const {
        const auto& w = parameters_[2 * i];
        const auto& b = parameters_[2 * i + 1];
        const at::IntArrayRef side = kernel(l);
        switch (l.op) {
            case Op::Conv: {
                const auto kernel = w.view({l.out.channels, l.in.channels, l.kernel_height, l.kernel_width});
                return at::conv2d(x, kernel, b, wide(l.stride), wide(l.padding));
            }
            case Op::Linear:
                return at::linear(x.flatten(1), w.view({wide(l.out.channels), -1}), b).view(shape(l.out));
            case Op::Relu:
                return at::relu(x);
            case Op::MaxPool:
                return at::max_pool2d(x, side);
            case Op::AvgPool:
                return at::avg_pool2d(x, side);
            case Op::GroupNorm:
                return at::group_norm(x, l.groups, w, b, 1e-5);
            case Op::LayerNorm:
                return at::layer_norm(x.permute({0, 2, 3, 1}), {l.in.channels}, w, b, 1e-5).permute({0, 3, 1, 2});
            case Op::Add:
                return x + tensors_[l.other];
            case Op::Embedding: {
                const auto rows = at::embedding(w.view({256, -1}), bytes_.flatten(1).to(at::kLong));
                return (rows + b.view({wide(l.out.width), -1})).permute({0, 2, 1}).unsqueeze(2);
            }
            case Op::Attention:
                return attention(l, x);
            case Op::Dropout:
                return training_ ? x * mask(i, l) : x;
        }
        return x;
    }

    static at::IntArrayRef kernel(const Layer& l) {
        static std::array<std::int64_t, 1> side;
        side[0] = l.kernel_height;
        return side;
    }

    [[nodiscard]] at::Tensor attention(const Layer& l, const at::Tensor& x) const {
        const auto parts = x.view({x.size(0), 3, l.groups, -1, l.in.width}).transpose(3, 4);
        const auto y =
            at::scaled_dot_product_attention(parts.select(1, 0), parts.select(1, 1), parts.select(1, 2), {}, 0.0, l.causal);
        return y.transpose(2, 3).reshape(shape(l.out));
    }

    [[nodiscard]] at::Tensor mask(std::size_t layer, const Layer& l) const {
        const Batch batch = batch_.view();
        const auto key = dropout_key(batch.dropout_seed, batch.dropout_stream, static_cast<std::uint32_t>(layer));
        std::vector<double> factors;
        for (const std::uint32_t sample : batch.indices) {
            for (std::uint32_t value = 0; value < l.in.values(); ++value) {
                const double number = dropout_numbers(key, sample, value / 4)[value % 4] * 0x1p-32;
                const auto rate = static_cast<double>(l.rate);
                factors.push_back(number >= rate ? 1 / (1 - rate) : 0);
            }
        }
        return at::tensor(factors, at::kDouble).view(shape(l.in));
    }

    const Network& network_;
    const RandomBatch& batch_;
    bool training_;
    std::vector<at::Tensor> parameters_;
    at::Tensor bytes_;
    std::vector<at::Tensor> tensors_;
};

/// Largest difference, as a share of the largest value, which is taken to be at least `floor`.
double error_of(std::span<const float> got, const at::Tensor& expected, double floor) {
    const auto flat = expected.flatten().contiguous();
    const double* values = flat.data_ptr<double>();
    double worst = 0;
    double largest = std::max(floor, 1e-30);
    for (std::size_t i = 0; i < got.size(); ++i) {
        worst = std::max(worst, std::fabs(static_cast<double>(got[i]) - values[i]));
        largest = std::max(largest, std::fabs(values[i]));
    }
    return worst / largest;
}

double largest_of(std::span<const float> values) {
    double largest = 0;
    for (const float value : values) {
        largest = std::max(largest, std::fabs(static_cast<double>(value)));
    }
    return largest;
}

bool has_norm_of_few_values(const Network& network) {
    return std::any_of(network.layers.begin(), network.layers.end(), [](const Layer& l) {
        return (l.op == Op::GroupNorm && l.in.values() / l.groups < 8) || (l.op == Op::LayerNorm && l.in.channels < 8);
    });
}

/// Compares logits and gradients; false, and no comparison, where float32 cannot be near: a norm of few values has a gradient
/// near 0 that is the difference of large ones (gradients_test.cpp has those), one of nearly equal values divides by almost 0.
[[nodiscard]] bool agree(const Network& network, std::uint64_t seed) {
    const auto weights = testing::random_weights(network, seed);
    const auto batch = testing::random_batch(network, 1 + static_cast<std::uint32_t>(seed % 11), seed);
    const Oracle oracle(network, weights, batch, true);
    if (has_norm_of_few_values(network) || oracle.smallest_variance() < kSmallestVariance) {
        return false;
    }
    oracle.backward();
    auto engine = make_reference_engine(network);
    engine->set_weights(weights);
    EXPECT_EQ(engine->gradient(batch.view()), Status::Ok);
    const std::span<const float> gradient = engine->gradient_values();
    std::vector<float> logits(batch.rows.size() * network.classes);
    engine->logits(batch.samples(), logits);
    EXPECT_LT(error_of(logits, Oracle(network, weights, batch, false).logits(), 0), kTolerance) << "logits";
    // Gradients near 0 that are differences of large ones (a bias before a norm) are measured against the rest.
    const double floor = 0.1 * largest_of(gradient);
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const Layer& l = network.layers[i];
        if (weight_values(l) > 0) {
            const auto dw = gradient.subspan(l.weight, weight_values(l));
            const auto db = gradient.subspan(l.bias, bias_values(l));
            EXPECT_LT(error_of(dw, oracle.weight(i).grad(), floor), kTolerance)
                << "weight of layer " << i << " " << name_of(l.op);
            EXPECT_LT(error_of(db, oracle.bias(i).grad(), floor), kTolerance) << "bias of layer " << i << " " << name_of(l.op);
        }
    }
    return true;
}

TEST(Oracle, AgreesOnRandomNetworksOverAllOperators) {
    at::set_num_threads(1);
    std::vector<int> layers_of(static_cast<std::size_t>(Op::Dropout) + 1);
    int networks = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Network network = testing::random_network(seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        if (!agree(network, seed)) {
            continue;
        }
        ++networks;
        for (const Layer& layer : network.layers) {
            ++layers_of[static_cast<std::size_t>(layer.op)];
        }
    }
    std::printf("%d networks compared\n", networks);
    EXPECT_GE(networks, 600);
    for (std::size_t op = 0; op < layers_of.size(); ++op) {
        EXPECT_GE(layers_of[op], 20) << name_of(static_cast<Op>(op));
    }
}

TEST(Oracle, AgreesOnLeNet) {
    at::set_num_threads(1);
    Builder b({3, 32, 32});
    b.conv(6, 5).same(Op::Relu).pool(Op::MaxPool, 2).conv(16, 5).same(Op::Relu).pool(Op::MaxPool, 2);
    b.linear(120).same(Op::Relu).linear(84).same(Op::Relu).linear(10);

    EXPECT_TRUE(agree(b.network(), 7));
}

TEST(Oracle, AgreesOnAResidualBlock) {
    at::set_num_threads(1);
    Builder b({3, 12, 12});
    b.conv(8, 3, 1, 1).group_norm(4).same(Op::Relu);
    const std::uint32_t shortcut = b.last();
    b.conv(8, 3, 1, 1).group_norm(4).same(Op::Relu).conv(8, 3, 1, 1).group_norm(4).add_tensor(shortcut).same(Op::Relu);
    b.conv(16, 3, 2, 1).group_norm(4).same(Op::Relu).pool(Op::AvgPool, 6).linear(10);

    EXPECT_TRUE(agree(b.network(), 10));
}

TEST(Oracle, AgreesOnATransformerBlock) {
    at::set_num_threads(1);
    Builder b({1, 1, 24});
    b.embedding(16);
    b.same(Op::LayerNorm).conv(48, 1).attention(4, true).conv(16, 1).add_tensor(1);
    const std::uint32_t shortcut = b.last();
    b.same(Op::LayerNorm).conv(64, 1).same(Op::Relu).conv(16, 1).dropout(0.1f).add_tensor(shortcut);
    b.same(Op::LayerNorm).linear(20);

    EXPECT_TRUE(agree(b.network(), 9));
}

}  // namespace
}  // namespace cone::kernels
