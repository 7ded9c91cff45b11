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

constexpr double kTolerance = 1e-5;  // of the largest value of the tensor

std::int64_t wide(std::size_t value) {
    return static_cast<std::int64_t>(value);
}

/// A network in libtorch, in double or float, differentiable in its parameters.
class Oracle {
public:
    Oracle(const Network& network, std::span<const float> weights, const RandomBatch& batch, bool training,
           at::ScalarType type = at::kDouble)
        : network_(network), batch_(batch), training_(training), type_(type) {
        for (const Layer& layer : network.layers) {
            parameters_.push_back(parameter(weights.subspan(layer.weight, weight_values(layer))));
            parameters_.push_back(parameter(weights.subspan(layer.bias, bias_values(layer))));
        }
        bytes_ = at::tensor(at::ArrayRef<std::uint8_t>(batch.bytes)).view(shape(network.input));
        const auto table = at::tensor(at::ArrayRef<float>(batch.table.data(), 256)).to(type);
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

    void backward() const {
        const auto labels = at::tensor(at::ArrayRef<std::uint8_t>(batch_.labels)).to(at::kLong);
        const auto loss =
            at::cross_entropy_loss(logits(), labels, {}, at::Reduction::Sum) / static_cast<double>(batch_.divisor);
        loss.backward();
    }

private:
    [[nodiscard]] at::Tensor parameter(std::span<const float> values) const {
        return at::tensor(at::ArrayRef<float>(values.data(), values.size())).to(type_).requires_grad_();
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
        return at::tensor(factors, type_).view(shape(l.in));
    }

    const Network& network_;
    const RandomBatch& batch_;
    bool training_;
    at::ScalarType type_;
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

/// Norms of few values are left to gradients_test.cpp: one or two values that are close are divided by a deviation near
/// sqrt(epsilon), and what is left of their gradient is rounding.
bool is_well_conditioned(const Network& network) {
    return std::all_of(network.layers.begin(), network.layers.end(), [](const Layer& l) {
        const std::size_t values = l.op == Op::GroupNorm ? l.in.values() / l.groups : l.in.channels;
        return (l.op != Op::GroupNorm && l.op != Op::LayerNorm) || values >= 8;
    });
}

std::vector<float> floats(const at::Tensor& tensor) {
    const auto flat = tensor.flatten().contiguous();
    return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// How many gradients were compared, and how many were farther than kTolerance because float32 itself is.
struct Count {
    int gradients = 0;
    int beyond = 0;
};

/// Fails when `got` is farther from `exact` than kTolerance and than sixteen times libtorch in float32.
void expect_near(std::span<const float> got, const at::Tensor& exact, const at::Tensor& single, double floor, Count& count) {
    const double error = error_of(got, exact, floor);
    const double of_torch = error_of(floats(single), exact, floor);
    EXPECT_LT(error, std::max(kTolerance, 16 * of_torch));
    ++count.gradients;
    count.beyond += error < kTolerance ? 0 : 1;
}

Count expect_agreement(const Network& network, std::uint64_t seed) {
    const auto weights = testing::random_weights(network, seed);
    const auto batch = testing::random_batch(network, 1 + static_cast<std::uint32_t>(seed % 11), seed);
    auto engine = make_reference_engine(network);
    engine->set_weights(weights);
    EXPECT_EQ(engine->gradient(batch.view()), Status::Ok);
    const std::span<const float> gradient = engine->gradient_values();
    std::vector<float> logits(batch.rows.size() * network.classes);
    engine->logits(batch.samples(), logits);
    // A bias before a norm has gradient 0: what the engine has instead is measured against the rest of the gradient.
    const double floor = 1e-3 * largest_of(gradient);

    EXPECT_LT(error_of(logits, Oracle(network, weights, batch, false).logits(), 0), kTolerance) << "logits";
    const Oracle exact(network, weights, batch, true);
    const Oracle single(network, weights, batch, true, at::kFloat);
    exact.backward();
    single.backward();
    Count count;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const Layer& l = network.layers[i];
        if (weight_values(l) > 0) {
            SCOPED_TRACE("layer " + std::to_string(i) + " " + name_of(l.op));
            const auto dw = gradient.subspan(l.weight, weight_values(l));
            const auto db = gradient.subspan(l.bias, bias_values(l));
            expect_near(dw, exact.weight(i).grad(), single.weight(i).grad(), floor, count);
            expect_near(db, exact.bias(i).grad(), single.bias(i).grad(), floor, count);
        }
    }
    return count;
}

TEST(Oracle, AgreesOnRandomNetworksOverAllOperators) {
    at::set_num_threads(1);
    Count total;
    std::vector<int> layers_of(static_cast<std::size_t>(Op::Dropout) + 1);
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const Network network = testing::random_network(seed);
        if (!is_well_conditioned(network)) {
            continue;
        }
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Count count = expect_agreement(network, seed);
        total.gradients += count.gradients;
        total.beyond += count.beyond;
        for (const Layer& layer : network.layers) {
            ++layers_of[static_cast<std::size_t>(layer.op)];
        }
    }
    std::printf("%d gradients, %d beyond 1e-5 where float32 is\n", total.gradients, total.beyond);
    EXPECT_LT(total.beyond, total.gradients / 50);
    for (std::size_t op = 0; op < layers_of.size(); ++op) {
        EXPECT_GE(layers_of[op], 20) << name_of(static_cast<Op>(op));
    }
}

TEST(Oracle, AgreesOnLeNet) {
    at::set_num_threads(1);
    Builder b({3, 32, 32});
    b.conv(6, 5).same(Op::Relu).pool(Op::MaxPool, 2).conv(16, 5).same(Op::Relu).pool(Op::MaxPool, 2);
    b.linear(120).same(Op::Relu).linear(84).same(Op::Relu).linear(10);

    EXPECT_EQ(expect_agreement(b.network(), 7).beyond, 0);
}

TEST(Oracle, AgreesOnAResidualBlock) {
    at::set_num_threads(1);
    Builder b({3, 12, 12});
    b.conv(8, 3, 1, 1).group_norm(4).same(Op::Relu);
    const std::uint32_t shortcut = b.last();
    b.conv(8, 3, 1, 1).group_norm(4).same(Op::Relu).conv(8, 3, 1, 1).group_norm(4).add_tensor(shortcut).same(Op::Relu);
    b.conv(16, 3, 2, 1).group_norm(4).same(Op::Relu).pool(Op::AvgPool, 6).linear(10);

    EXPECT_EQ(expect_agreement(b.network(), 10).beyond, 0);
}

TEST(Oracle, AgreesOnATransformerBlock) {
    at::set_num_threads(1);
    Builder b({1, 1, 24});
    b.embedding(16);
    b.same(Op::LayerNorm).conv(48, 1).attention(4, true).conv(16, 1).add_tensor(1);
    const std::uint32_t shortcut = b.last();
    b.same(Op::LayerNorm).conv(64, 1).same(Op::Relu).conv(16, 1).dropout(0.1f).add_tensor(shortcut);
    b.same(Op::LayerNorm).linear(20);

    EXPECT_EQ(expect_agreement(b.network(), 9).beyond, 0);
}

}  // namespace
}  // namespace cone::kernels
