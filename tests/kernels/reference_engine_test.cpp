// The reference engine: whole steps, filled-up batches, what it refuses, and what it shows to an observer.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cone_kernels/classification.hpp"
#include "cone_kernels/engine.hpp"
#include "cone_kernels/operators.hpp"
#include "random_network.hpp"

namespace cone::kernels {
namespace {

using testing::Builder;
using testing::random_batch;
using testing::random_network;
using testing::random_weights;
using testing::same_bits;
using Floats = std::vector<float>;

constexpr float kLargest = std::numeric_limits<float>::max();

std::unique_ptr<Engine> engine_with(const Network& network, std::span<const float> weights, Observer observer = {}) {
    auto engine = make_reference_engine(network, std::move(observer));
    engine->set_weights(weights);
    return engine;
}

Floats copy(std::span<const float> values) {
    return {values.begin(), values.end()};
}

Floats gradient_of(Engine& engine, const Batch& batch) {
    EXPECT_EQ(engine.gradient(batch), Status::Ok);
    return copy(engine.gradient_values());
}

Floats logits_of(Engine& engine, const Samples& samples, std::size_t classes) {
    Floats out(samples.rows.size() * classes);
    engine.logits(samples, out);
    return out;
}

TEST(ReferenceEngine, TakesOneStepByHand) {
    // One byte, one class pair: logits (w0 x + b0, w1 x + b1) = (0, 0), softmax (1/2, 1/2), label 1.
    const Network network = Builder({1, 1, 1}).linear(2).network();
    auto engine = engine_with(network, Floats(4));
    auto batch = random_batch(network, 1, 1);
    batch.labels = {1};
    batch.divisor = 1;
    const float x = batch.table[batch.bytes[0]];

    EXPECT_EQ(gradient_of(*engine, batch.view()), (Floats{0.5f * x, -0.5f * x, 0.5f, -0.5f}));
    EXPECT_EQ(engine->apply({.rate = 2}), Status::Ok);
    EXPECT_EQ(copy(engine->weights()), (Floats{-x, x, -1, 1}));
    EXPECT_EQ(logits_of(*engine, batch.samples(), 2), (Floats{std::fma(x, -x, -1.0f), std::fma(x, x, 1.0f)}));
}

TEST(ReferenceEngine, ComposesTheOperators) {
    const Network network = Builder({2, 5, 5}).conv(3, 3).same(Op::Relu).pool(Op::MaxPool, 2).linear(4).network();
    const auto& layers = network.layers;
    const auto weights = random_weights(network, 1);
    const auto batch = random_batch(network, 8, 1);
    auto engine = engine_with(network, weights);
    Floats x(batch.bytes.size());
    std::transform(batch.bytes.begin(), batch.bytes.end(), x.begin(), [&](std::uint8_t b) { return batch.table[b]; });
    Floats t1(8 * 27), t2(8 * 27), t3(8 * 3), t4(8 * 4), d4(8 * 4), d3(8 * 3), d2(8 * 27), d1(8 * 27), g(network.values);
    const std::span<const float> w(weights);
    const std::span<float> gs(g);

    reference::conv(layers[0], x, w.subspan(0, 54), w.subspan(54, 3), t1);
    reference::relu(t1, t2);
    reference::max_pool(layers[2], t2, t3);
    reference::linear(layers[3], t3, w.subspan(57, 12), w.subspan(69, 4), t4);
    cross_entropy_gradient(t4, batch.labels, 4, batch.divisor, d4);
    reference::linear_weight_gradient(layers[3], t3, d4, gs.subspan(57, 12), gs.subspan(69, 4));
    reference::linear_data_gradient(layers[3], d4, w.subspan(57, 12), d3);
    reference::max_pool_gradient(layers[2], t2, d3, d2);
    reference::relu_gradient(t2, d2, d1);
    reference::conv_weight_gradient(layers[0], x, d1, gs.subspan(0, 54), gs.subspan(54, 3));

    EXPECT_TRUE(same_bits(logits_of(*engine, batch.samples(), 4), t4));
    EXPECT_TRUE(same_bits(gradient_of(*engine, batch.view()), g));
}

TEST(ReferenceEngine, AddsTheGradientsOfATensorsReadersLastFirst) {
    // Tensor 1 is read by layers 1, 2 and 3: its gradient is ((add 3's) + add 2's) + relu's.
    const Network network =
        Builder({1, 1, 6}).conv(2, 1, 3, 1, 0, 0).same(Op::Relu).add_tensor(1).add_tensor(1).linear(3).network();
    std::vector<Floats> seen;
    auto engine = engine_with(network, random_weights(network, 3), [&](std::size_t, Pass pass, std::span<const float> v) {
        if (pass == Pass::DataGradient) {
            seen.push_back(copy(v));
        }
    });

    (void)gradient_of(*engine, random_batch(network, 8, 3).view());

    // Loss, linear; add 3: tensors 3, 1; add 2: tensors 2, 1; relu: tensor 1.
    ASSERT_EQ(seen.size(), 7u);
    const Floats& dy = seen[1];
    EXPECT_TRUE(same_bits(seen[2], dy));
    EXPECT_TRUE(same_bits(seen[3], dy));
    EXPECT_TRUE(same_bits(seen[4], dy));
    Floats twice(dy.size());
    std::transform(dy.begin(), dy.end(), twice.begin(), [](float v) { return v + v; });
    EXPECT_TRUE(same_bits(seen[5], twice));
    for (std::size_t i = 0; i < dy.size(); ++i) {
        EXPECT_TRUE(seen[6][i] == twice[i] || seen[6][i] == twice[i] + dy[i]);
    }
}

TEST(ReferenceEngine, RoundsTheSumOfAReadersGradientsAfterEach) {
    // Layers 1 to 3 are 1 x 1 convolutions of tensor 1; their weights make one gradient and two a little over half its ulp.
    Network network =
        Builder({1, 1, 1}).conv(1, 1).conv(1, 1).conv(1, 1).conv(1, 1).add_tensor(3).add_tensor(2).linear(2).network();
    network.layers[2].input = network.layers[3].input = 1;
    const Floats weights{1, 0, 0x1.02p-24f, 0, 0x1.02p-24f, 0, 1, 0, 1, -1, 0, 0};
    std::vector<float> of_tensor_1;
    float dy = 0;
    auto engine = engine_with(network, weights, [&](std::size_t layer, Pass pass, std::span<const float> values) {
        if (pass == Pass::DataGradient && layer == 5) {
            dy = values[0];
        }
        if (pass == Pass::DataGradient && layer >= 1 && layer <= 3) {
            of_tensor_1.push_back(values[0]);
        }
    });

    (void)gradient_of(*engine, random_batch(network, 8, 3).view());

    const float small = dy * 0x1.02p-24f;
    EXPECT_TRUE(same_bits(of_tensor_1, Floats{dy, dy + small, (dy + small) + small}));
    EXPECT_FALSE(same_bits(Floats{(dy + small) + small}, Floats{(small + small) + dy}));
}

TEST(ReferenceEngine, ShowsEveryOperatorInOrder) {
    const Network network = Builder({1, 4, 4}).conv(2, 3).same(Op::Relu).linear(3).network();
    std::string seen;
    auto engine = engine_with(network, random_weights(network, 1), [&](std::size_t layer, Pass pass, auto values) {
        constexpr const char* kNames[] = {"y", "dx", "dw"};
        seen += kNames[static_cast<int>(pass)] + std::to_string(layer) + ":" + std::to_string(values.size()) + " ";
    });
    const auto batch = random_batch(network, 3, 1);

    (void)gradient_of(*engine, batch.view());
    EXPECT_EQ(seen, "y0:64 y1:64 y2:24 dx3:24 dw2:24 dw2:3 dx2:64 dx1:64 dw0:18 dw0:2 ");

    seen.clear();
    (void)logits_of(*engine, batch.samples(), 3);
    EXPECT_EQ(seen, "");
}

TEST(ReferenceEngine, FillsBatchesUpWithRowZeroAndGradientZero) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Network network = random_network(seed);
        auto engine = engine_with(network, random_weights(network, seed));
        const auto batch = random_batch(network, 1 + static_cast<std::uint32_t>(seed % 8), seed);
        const std::size_t rows = batch.rows.size();
        std::size_t losses = 0;
        Floats loss;
        auto watched = engine_with(network, random_weights(network, seed), [&](std::size_t layer, Pass pass, auto values) {
            if (layer == network.layers.size() && pass == Pass::DataGradient) {
                ++losses;
                loss = copy(values);
            }
        });

        const auto expected = gradient_of(*engine, batch.view());
        EXPECT_TRUE(same_bits(gradient_of(*watched, batch.view()), expected));

        EXPECT_EQ(losses, 1u);
        ASSERT_EQ(loss.size(), 8 * network.classes);
        EXPECT_TRUE(same_bits(std::span(loss).subspan(rows * network.classes), Floats((8 - rows) * network.classes)));
    }
}

TEST(ReferenceEngine, RowsThatFillUpAreCopiesOfRowZero) {
    const Network network = Builder({1, 2, 2}).dropout(0.5f).linear(3).network();
    Floats first;
    auto engine = engine_with(network, random_weights(network, 1), [&](std::size_t layer, Pass pass, auto values) {
        if (layer == 0 && pass == Pass::Forward) {
            first = copy(values);
        }
    });

    (void)gradient_of(*engine, random_batch(network, 3, 1).view());

    ASSERT_EQ(first.size(), 8u * 4);
    EXPECT_FALSE(same_bits(std::span(first).first(4), std::span(first).subspan(8, 4)));
    for (std::size_t n = 3; n < 8; ++n) {
        EXPECT_TRUE(same_bits(std::span(first).subspan(4 * n, 4), std::span(first).first(4)));
    }
}

TEST(ReferenceEngine, CountsItsSteps) {
    const Network network = Builder({1, 1, 2}).linear(2).network();
    const Optimiser adam{.kind = Optimiser::Kind::Adam, .rate = 0.1f};
    auto engine = engine_with(network, Floats(6));
    Floats weights(6), m(6), u(6);
    OptimiserState state{m, u, 0};
    for (int step = 0; step < 4; ++step) {
        Floats g{1, 2, 3, -1, -2, static_cast<float>(step)};
        std::copy(g.begin(), g.end(), engine->gradient_values().begin());

        EXPECT_EQ(engine->apply(adam), Status::Ok);
        reference::optimise(adam, g, state, weights);

        EXPECT_TRUE(same_bits(engine->weights(), weights)) << step;
    }
}

TEST(ReferenceEngine, GradientOfNoRowsIsZero) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const Network network = random_network(seed);
        auto engine = engine_with(network, random_weights(network, seed));
        const auto batch = random_batch(network, 0, seed);

        EXPECT_TRUE(same_bits(gradient_of(*engine, batch.view()), Floats(network.values))) << "seed " << seed;
    }
}

TEST(ReferenceEngine, LogitsOfARowDoNotDependOnTheOthers) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Network network = random_network(seed);
        auto engine = engine_with(network, random_weights(network, seed));
        const auto batch = random_batch(network, 5, seed);
        const auto all = logits_of(*engine, batch.samples(), network.classes);
        for (std::size_t n = 0; n < 5; ++n) {
            const Samples one{std::span(batch.rows).subspan(n, 1), batch.table};
            EXPECT_TRUE(same_bits(logits_of(*engine, one, network.classes),
                                  std::span(all).subspan(n * network.classes, network.classes)));
        }
        EXPECT_TRUE(logits_of(*engine, {{}, batch.table}, network.classes).empty());
    }
}

TEST(ReferenceEngine, DependsOnNothingItDidBefore) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const Network network = random_network(seed);
        const auto weights = random_weights(network, seed);
        const auto batch = random_batch(network, 3, seed);
        const auto larger = random_batch(network, 21, seed + 1);
        auto fresh = engine_with(network, weights);
        auto used = engine_with(network, weights);
        (void)gradient_of(*used, larger.view());
        (void)used->apply({.kind = Optimiser::Kind::Adam, .rate = 0.1f});
        (void)logits_of(*used, larger.samples(), network.classes);
        used->set_weights(weights);

        EXPECT_TRUE(same_bits(gradient_of(*used, batch.view()), gradient_of(*fresh, batch.view())));
        EXPECT_EQ(used->apply({.kind = Optimiser::Kind::Adam, .rate = 0.1f}), Status::Ok);
        EXPECT_EQ(fresh->apply({.kind = Optimiser::Kind::Adam, .rate = 0.1f}), Status::Ok);
        EXPECT_TRUE(same_bits(used->weights(), fresh->weights()));
    }
}

TEST(ReferenceEngine, AppliesAGradientThatWasReplaced) {
    const Network network = Builder({1, 1, 2}).linear(1).network();
    auto engine = engine_with(network, Floats{1, 2, 3});
    const Floats replaced{1, 0, -1};
    std::copy(replaced.begin(), replaced.end(), engine->gradient_values().begin());

    EXPECT_EQ(engine->apply({.rate = 1}), Status::Ok);

    EXPECT_EQ(copy(engine->weights()), (Floats{0, 2, 4}));
}

TEST(ReferenceEngine, DropsInTrainingOnly) {
    const Network network = Builder({1, 1, 400}).dropout(0.5f).linear(1).network();
    Floats weights(401, 1.0f);
    auto batch = random_batch(network, 1, 1);
    batch.table.fill(1);
    std::size_t dropped = 0;
    auto engine = engine_with(network, weights, [&](std::size_t layer, Pass pass, std::span<const float> values) {
        if (layer == 0 && pass == Pass::Forward) {
            dropped = static_cast<std::size_t>(std::count(values.begin(), values.begin() + 400, 0.0f));
        }
    });

    EXPECT_EQ(logits_of(*engine, batch.samples(), 1), Floats{401});
    (void)gradient_of(*engine, batch.view());

    EXPECT_GT(dropped, 150u);
    EXPECT_LT(dropped, 250u);
}

TEST(ReferenceEngine, DropoutDependsOnSeedStreamAndIndex) {
    const Network network = Builder({1, 4, 4}).dropout(0.5f).linear(3).network();
    auto engine = engine_with(network, random_weights(network, 1));
    const auto batch = random_batch(network, 2, 1);
    const auto base = gradient_of(*engine, batch.view());
    Batch other_seed = batch.view();
    other_seed.dropout_seed += 1;
    Batch other_stream = batch.view();
    other_stream.dropout_stream += 1;
    Batch other_index = batch.view();
    const std::vector<std::uint32_t> indices{batch.indices[0] + 1, batch.indices[1]};
    other_index.indices = indices;

    EXPECT_TRUE(same_bits(gradient_of(*engine, batch.view()), base));
    EXPECT_FALSE(same_bits(gradient_of(*engine, other_seed), base));
    EXPECT_FALSE(same_bits(gradient_of(*engine, other_stream), base));
    EXPECT_FALSE(same_bits(gradient_of(*engine, other_index), base));
}

TEST(ReferenceEngine, RefusesAGradientThatIsNotFinite) {
    const Network network = Builder({1, 2, 2}).linear(3).same(Op::Relu).linear(2).network();
    const auto batch = random_batch(network, 2, 1);
    for (const float bad : {std::nanf(""), INFINITY, kLargest}) {
        auto weights = random_weights(network, 1);
        std::fill(weights.begin() + 15, weights.end(), bad);
        auto engine = engine_with(network, weights);

        EXPECT_EQ(engine->gradient(batch.view()), Status::NotFinite) << bad;
    }
}

TEST(ReferenceEngine, RefusesWeightsThatAreNoLongerFinite) {
    const Network network = Builder({1, 1, 2}).linear(1).network();
    auto engine = engine_with(network, Floats{1, -kLargest, 3});
    std::fill(engine->gradient_values().begin(), engine->gradient_values().end(), kLargest);

    EXPECT_EQ(engine->apply({.rate = 2}), Status::NotFinite);
}

TEST(ReferenceEngineDeath, StopsOnMisuse) {
    Network broken = Builder({1, 1, 2}).linear(1).network();
    broken.values = 7;
    EXPECT_DEATH((void)make_reference_engine(broken), "the parameters have 3 values, the network 7");

    const Network network = Builder({1, 1, 2}).dropout(0.5f).linear(2).network();
    auto engine = engine_with(network, Floats(6));
    auto batch = random_batch(network, 2, 1);
    Floats out(3);
    EXPECT_DEATH(engine->set_weights(Floats(5)), "as many as the network has");
    EXPECT_DEATH(engine->logits(batch.samples(), out), "rows, classes");
    batch.indices.pop_back();
    EXPECT_DEATH((void)engine->gradient(batch.view()), "the index of every row");
    batch.indices.push_back(0);
    batch.labels[0] = 2;
    EXPECT_DEATH((void)engine->gradient(batch.view()), "label outside");
    batch.labels.pop_back();
    EXPECT_DEATH((void)engine->gradient(batch.view()), "one label a row");
}

}  // namespace
}  // namespace cone::kernels
