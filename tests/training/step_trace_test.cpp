// The trace of a step: the training's own bits, and the operator where two of them part.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/step_trace.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/weights.hpp"
#include "tests/support/striped_images.hpp"

namespace cone::training {
namespace {

using test::run_with;
using test::striped;
using trace::OperatorPass;

constexpr std::uint32_t kBlock = 1024;
constexpr std::uint32_t kStep = 5;  // of 8: the second epoch, with momentum in it

/// Two epochs of four batches, the last one of each smaller.
struct Fixture {
    job::ModelSpec spec{.layers = job::preset_layers("lenet5")};
    model::Network network = model::make_network(spec);
    data::Shard shard = striped(50, 1);
    model::LocalRun run = run_with(2, 16, 0.05, 0.9);

    [[nodiscard]] LocalTask task() const { return {network, kBlock, shard, run}; }
    [[nodiscard]] std::vector<float> start() const { return model::initial_weights(network, 5); }
    [[nodiscard]] LocalState before(std::uint32_t step = kStep) const {
        return state_after(*kernels::make_cpu_engine(network.graph), task(), start(), step);
    }
    [[nodiscard]] TracedStep traced() const { return trace_step(task(), before()); }
};

/// The weights that training itself has after a step.
std::vector<float> trained(const Fixture& f, std::uint32_t step) {
    std::vector<float> weights;
    const auto trainer = model::make_exact_trainer(f.spec, kBlock);
    std::ignore = trainer->train(f.start(), f.shard, f.run, [&](std::uint32_t done, std::span<const float> now) {
        if (done == step) {
            weights.assign(now.begin(), now.end());
        }
    });
    return weights;
}

trace::OperatorRecord first_differing(const TracedStep& a, const TracedStep& b) {
    const auto found = trace::first_difference(a.operators, b.operators);
    return found && found->first ? *found->first : trace::OperatorRecord{};
}

TEST(StepTrace, EndsWithTheWeightsOfTheTrainingItself) {
    for (const auto kind : {job::OptimiserKind::Sgd, job::OptimiserKind::Adam, job::OptimiserKind::AdamW}) {
        for (const std::uint32_t shards : {1u, 4u}) {
            Fixture f;
            f.run.local.optimiser = kind;
            f.run.local.weight_decay = 0.01;
            f.run.local.max_gradient_norm = 1;
            f.run.local.virtual_shards = shards;
            for (const std::uint32_t step : {0u, 3u, 7u}) {
                const auto traced = trace_step(f.task(), f.before(step));
                EXPECT_TRUE(traced.finite);
                EXPECT_EQ(traced.after.weights, trained(f, step)) << "step " << step << ", " << shards << " shards";
            }
        }
    }
}

TEST(StepTrace, IsTheSameFromTheCpuAndTheReferenceEngine) {
    const Fixture f;
    const auto reference = state_after(*kernels::make_reference_engine(f.network.graph), f.task(), f.start(), kStep);

    EXPECT_EQ(reference, f.before());
    EXPECT_EQ(trace_step(f.task(), reference).operators, f.traced().operators);
}

TEST(StepTrace, NamesEveryOperatorInItsOrder) {
    const Fixture f;
    const auto records = f.traced().operators;
    const auto layers = f.network.graph.layers.size();

    ASSERT_GT(records.size(), 2 * layers);
    for (std::uint32_t layer = 0; layer < layers; ++layer) {
        EXPECT_EQ(records[layer].layer, layer);
        EXPECT_EQ(records[layer].word, kernels::name_of(f.network.graph.layers[layer].op));
        EXPECT_EQ(records[layer].pass, OperatorPass::Forward);
    }
    EXPECT_EQ(records[layers].pass, OperatorPass::LossGradient);
    EXPECT_EQ(records[layers + 1].pass, OperatorPass::WeightGradient);
    EXPECT_EQ(records[layers + 2].pass, OperatorPass::BiasGradient);
    EXPECT_EQ(records[layers + 3].pass, OperatorPass::DataGradient);
    EXPECT_EQ(records[records.size() - 2].pass, OperatorPass::FirstMoment);
    EXPECT_EQ(records.back().pass, OperatorPass::Weights);
}

TEST(StepTrace, TellsTheTwoTensorsOfAnAddApart) {
    Fixture f;
    f.spec.layers = {"conv 4 3 pad 1 as a", "relu as b", "add a", "linear classes"};
    f.network = model::make_network(f.spec);
    std::vector<OperatorPass> passes;
    for (const auto& record : f.traced().operators) {
        if (record.layer == 2) {
            passes.push_back(record.pass);
        }
    }
    EXPECT_THAT(passes, testing::ElementsAre(OperatorPass::Forward, OperatorPass::DataGradient, OperatorPass::OtherGradient));
}

TEST(StepTrace, HasOnePartForEachVirtualShardThenTheirSum) {
    Fixture f;
    f.run.local.virtual_shards = 4;
    const auto whole = f.traced().operators;
    const auto short_batch = trace_step(f.task(), f.before(3)).operators;  // 2 rows: one shard has any

    const auto shards = [](const auto& records) { return records[records.size() - 4].shard + 1; };
    EXPECT_EQ(shards(whole), 4u);
    EXPECT_EQ(shards(short_batch), 1u);
    EXPECT_EQ(whole[whole.size() - 3].pass, OperatorPass::ShardSum);
    EXPECT_EQ((whole.size() - 3), 4 * (short_batch.size() - 3));
}

TEST(StepTrace, OneWeightOfLayerThreePartsAtItsForwardPass) {
    const Fixture f;
    ASSERT_EQ(f.network.graph.layers[3].op, kernels::Op::Conv) << "the preset changed";
    auto before = f.before();
    before.weights[f.network.graph.layers[3].weight + 7] += 0.5f;

    const auto found = first_differing(f.traced(), trace_step(f.task(), before));

    EXPECT_EQ(found.layer, 3u);
    EXPECT_EQ(found.word, "conv");
    EXPECT_EQ(found.pass, OperatorPass::Forward);
}

TEST(StepTrace, OneFlippedLabelPartsAtTheLoss) {
    const Fixture f;
    Fixture other;
    const auto row = model::epoch_order(f.run, 1, 50)[16];  // first of step 5
    other.shard.labels[row] = static_cast<std::uint8_t>((other.shard.labels[row] + 1) % 10);

    const auto found = first_differing(f.traced(), trace_step(other.task(), f.before()));

    EXPECT_EQ(found.word, "cross_entropy");
    EXPECT_EQ(found.pass, OperatorPass::LossGradient);
}

TEST(StepTrace, OneFlippedLabelInTheThirdShardPartsThere) {
    Fixture f;
    f.run.local.virtual_shards = 4;
    Fixture other = f;
    const auto row = model::epoch_order(f.run, 1, 50)[16 + 2 * 4];
    other.shard.labels[row] = static_cast<std::uint8_t>((other.shard.labels[row] + 1) % 10);

    const auto found = first_differing(f.traced(), trace_step(other.task(), f.before()));

    EXPECT_EQ(found.shard, 2u);
    EXPECT_EQ(found.pass, OperatorPass::LossGradient);
}

TEST(StepTrace, OtherMomentumPartsAtTheOptimiser) {
    const Fixture f;
    auto before = f.before();
    before.first[11] += 1;

    const auto found = first_differing(f.traced(), trace_step(f.task(), before));

    EXPECT_EQ(found.word, "optimiser");
    EXPECT_EQ(found.pass, OperatorPass::FirstMoment);
}

TEST(StepTrace, OtherLearningRatePartsAtTheWeights) {
    const Fixture f;
    Fixture other;
    other.run.learning_rate = 0.04;

    EXPECT_EQ(first_differing(f.traced(), trace_step(other.task(), f.before())).pass, OperatorPass::Weights);
}

TEST(StepTrace, StopsAtAGradientThatIsNotFinite) {
    for (const std::uint32_t shards : {1u, 4u}) {
        Fixture f;
        f.run.local.virtual_shards = shards;
        auto before = f.before();
        before.weights[f.network.graph.layers.back().weight] = std::numeric_limits<float>::quiet_NaN();
        const auto traced = trace_step(f.task(), before);

        EXPECT_FALSE(traced.finite);
        EXPECT_NE(traced.operators.back().word, "optimiser");
        EXPECT_NE(traced.operators.back().word, "sum");
    }
}

TEST(StepTrace, ShowsTheWeightsThatAreNotFinite) {
    Fixture f;
    f.run.learning_rate = 1e38;
    f.run.local.weight_decay = 1e38;
    const auto traced = trace_step(f.task(), f.before(0));

    EXPECT_FALSE(traced.finite);
    EXPECT_EQ(traced.operators.back().pass, OperatorPass::Weights);
}

TEST(StepTrace, AStepAfterOneThatIsNotFiniteIsRefusedWithItsNumber) {
    Fixture f;
    f.run.learning_rate = 1e30;
    const auto failed = model::make_exact_trainer(f.spec, kBlock)->train(f.start(), f.shard, f.run).failed_step;
    ASSERT_TRUE(failed);
    try {
        std::ignore = f.before(*failed + 1);
        FAIL() << "a step that does not exist";
    } catch (const DataError& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("local step " + std::to_string(*failed)));
    }
}

}  // namespace
}  // namespace cone::training
