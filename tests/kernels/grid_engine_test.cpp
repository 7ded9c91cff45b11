// The CUDA engine's source on a processor: bit by bit what the reference says, whatever the order of threads and size of tiles.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "cuda/grid_engine.hpp"
#include "cuda/host_grid.hpp"
#include "random_network.hpp"

namespace cone::kernels::cuda {
namespace {

using testing::Builder;
using testing::first_difference;
using testing::random_batch;
using testing::random_network;
using testing::random_weights;

using HostEngine = GridEngine<HostGrid>;

/// Tiles of 128 for one multiprocessor, of 32 or 64 for more.
HostEngine host_engine(const Network& network, std::uint64_t seed) {
    const u32 processors[] = {1, 4, 1000};
    return HostEngine(network, HostGrid(static_cast<ThreadOrder>(seed % 3), processors[seed / 3 % 3]));
}

Optimiser random_optimiser(std::uint64_t seed) {
    Optimiser o;
    o.kind = static_cast<Optimiser::Kind>(seed % 3);
    o.rate = 0.05f;
    o.momentum = 0.9f;
    o.decay = seed % 2 == 0 ? 1e-3f : 0;
    o.max_norm = seed % 4 == 0 ? 0.5f : 0;
    return o;
}

/// Trains both engines on the same batches; "" or what differs first.
std::string first_difference_in_training(const Network& network, std::uint64_t seed, int steps) {
    const auto reference = make_reference_engine(network);
    HostEngine engine = host_engine(network, seed);
    reference->set_weights(random_weights(network, seed));
    engine.set_weights(random_weights(network, seed));
    for (int step = 0; step < steps; ++step) {
        const auto batch = random_batch(network, step == 1 ? 5 : 11, seed + 1000 * static_cast<std::uint64_t>(step));
        if (reference->gradient(batch.view()) != engine.gradient(batch.view())) {
            return "status of a gradient";
        }
        if (auto where = first_difference(reference->gradient_values(), engine.gradient_values()); !where.empty()) {
            return "gradient, " + where;
        }
        const Optimiser optimiser = random_optimiser(seed);
        if (reference->apply(optimiser) != engine.apply(optimiser)) {
            return "status of a step";
        }
        if (auto where = first_difference(reference->weights(), engine.weights()); !where.empty()) {
            return "weights, " + where;
        }
        std::vector<float> expected(batch.rows.size() * network.classes);
        std::vector<float> found(expected.size());
        reference->logits(batch.samples(), expected);
        engine.logits(batch.samples(), found);
        if (auto where = first_difference(expected, found); !where.empty()) {
            return "logits, " + where;
        }
    }
    return {};
}

TEST(GridEngine, TrainsRandomNetworksBitForBit) {
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        ASSERT_EQ(first_difference_in_training(random_network(seed), seed, 3), "") << "network " << seed;
    }
}

TEST(GridEngine, TrainsTextBitForBit) {
    const Network network = Builder({1, 1, 9})
                                .embedding(8)
                                .same(Op::LayerNorm)
                                .conv(24, 1)
                                .attention(2, true)
                                .add_tensor(2)
                                .dropout(0.3f)
                                .linear(5)
                                .network();

    EXPECT_EQ(first_difference_in_training(network, 1, 4), "");
}

TEST(GridEngine, TrainsPooledConvolutionsBitForBit) {
    const Network network = Builder({3, 18, 18})
                                .conv(6, 5)
                                .same(Op::Relu)
                                .pool(Op::MaxPool, 2)
                                .conv(16, 3, 2, 1)
                                .group_norm(4)
                                .pool(Op::AvgPool, 2)
                                .linear(10)
                                .network();

    EXPECT_EQ(first_difference_in_training(network, 2, 4), "");
}

/// One product for each pixel at most, however many classes of pixels the stride asks for.
TEST(GridEngine, TakesStridesLongerThanTheImage) {
    for (const std::uint32_t stride : {7u, 40'000u, 4'000'000'000u}) {
        const Network network = Builder({1, 6, 4}).conv(2, 1).conv(8, 3, stride, 1).linear(3).network();
        EXPECT_EQ(first_difference_in_training(network, 1, 2), "") << stride;
    }
}

TEST(GridEngine, AGradientOfNoRowsIsZero) {
    const Network network = random_network(3);
    HostEngine engine = host_engine(network, 0);
    engine.set_weights(random_weights(network, 3));

    EXPECT_EQ(engine.gradient(random_batch(network, 0, 1).view()), Status::Ok);

    EXPECT_EQ(first_difference(engine.gradient_values(), std::vector<float>(network.values)), "");
}

TEST(GridEngine, AppliesAGradientThatWasReplaced) {
    const Network network = random_network(4);
    HostEngine engine = host_engine(network, 0);
    const std::vector<float> weights(network.values, 2.0f);
    engine.set_weights(weights);
    ASSERT_EQ(engine.gradient(random_batch(network, 8, 1).view()), Status::Ok);
    std::ranges::fill(engine.gradient_values(), 1.0f);
    (void)engine.weights();

    ASSERT_EQ(engine.apply({.rate = 0.5f}), Status::Ok);

    EXPECT_EQ(first_difference(engine.weights(), std::vector<float>(network.values, 1.5f)), "");
}

TEST(GridEngine, RefusesWeightsThatAreNotFinite) {
    const Network network = Builder({1, 2, 2}).linear(3).network();
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        HostEngine engine = host_engine(network, 0);
        std::vector<float> weights(network.values, 0.5f);
        weights[4] = bad;
        engine.set_weights(weights);

        EXPECT_EQ(engine.gradient(random_batch(network, 8, 1).view()), Status::NotFinite);
        EXPECT_EQ(engine.apply({.rate = 0.5f}), Status::NotFinite);
    }
}

TEST(GridEngine, ForgetsTheOptimisersStateWithNewWeights) {
    const Network network = random_network(6);
    HostEngine engine = host_engine(network, 0);
    const auto step = [&] {
        engine.set_weights(random_weights(network, 6));
        (void)engine.gradient(random_batch(network, 8, 1).view());
        (void)engine.apply({.kind = Optimiser::Kind::Adam, .rate = 0.1f});
        const auto weights = engine.weights();
        return std::vector<float>(weights.begin(), weights.end());
    };

    const auto once = step();

    EXPECT_EQ(first_difference(step(), once), "");
}

TEST(CudaEngine, SaysWhyThereIsNone) {
    const auto problem = cuda_problem(-1);

    ASSERT_TRUE(problem);
    EXPECT_GE(cuda_devices(), 0);
    EXPECT_NE(*problem, "");
    EXPECT_THROW((void)make_cuda_engine(random_network(1), -1), NoDevice);
}

}  // namespace
}  // namespace cone::kernels::cuda
