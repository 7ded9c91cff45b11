// Training on our own operators: learns, repeats its bits, and gives the reference's whatever is shared out.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/exact_trainer.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "cone/job/presets.hpp"
#include "cone/model/weights.hpp"
#include "cone_kernels/classification.hpp"
#include "tests/support/striped_images.hpp"

namespace cone::model {
namespace {

using test::changes_the_weights;
using test::expect_every_common_option_counts;
using test::run_with;
using test::striped;

constexpr std::uint32_t kBlock = 1024;

job::ModelSpec lenet() {
    return {.layers = job::preset_layers("lenet5")};
}

std::vector<float> start_of(Trainer& trainer) {
    return initial_weights(trainer.network(), 5);
}

TEST(ExactTrainer, LearnsTheStripes) {
    const auto fresh = striped(200, 2);
    const auto trainer = make_exact_trainer(lenet(), kBlock);

    const auto result = trainer->train(start_of(*trainer), striped(300, 1), run_with(6, 16, 0.02, 0.9));

    EXPECT_EQ(result.failed_step, std::nullopt);
    EXPECT_GE(kernels::count_correct(trainer->logits(result.weights, fresh, 0, 200), fresh.labels, 10), 190u);
}

TEST(ExactTrainer, GivesTheReferencesBitsWithAnyNumberOfThreads) {
    const auto shard = striped(50, 1);
    for (const std::uint32_t shards : {1u, 2u, 4u}) {
        auto run = run_with(1, 16, 0.05, 0.9);
        run.local.virtual_shards = shards;
        const auto reference = make_reference_trainer(lenet(), kBlock);
        const auto expected = reference->train(start_of(*reference), shard, run).weights;
        for (const std::uint32_t threads : {1u, 2u, 3u}) {
            const auto trainer = make_exact_trainer(lenet(), kBlock, threads);
            EXPECT_EQ(trainer->train(start_of(*trainer), shard, run).weights, expected) << shards << " shards, " << threads;
        }
    }
}

TEST(ExactTrainer, GivesTheSameBitsWithThreadsLentForOneTraining) {
    const auto shard = striped(50, 1);
    auto run = run_with(1, 16, 0.05, 0.9);
    const auto trainer = make_exact_trainer(lenet(), kBlock);
    const auto alone = trainer->train(start_of(*trainer), shard, run).weights;
    run.threads = 3;
    EXPECT_EQ(trainer->train(start_of(*trainer), shard, run).weights, alone);
    run.threads = 0;
    EXPECT_EQ(trainer->train(start_of(*trainer), shard, run).weights, alone);
}

TEST(ExactTrainer, ALogitDependsOnItsImageOnly) {
    const auto shard = striped(41, 1);
    const auto trainer = make_exact_trainer(lenet(), kBlock);
    const auto weights = start_of(*trainer);
    const auto all = trainer->logits(weights, shard, 0, 41);

    const auto some = trainer->logits(weights, shard, 17, 5);

    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin() + 170));
}

TEST(ExactTrainer, EveryOptionChangesTheResult) {
    const auto trainer = make_exact_trainer(lenet(), kBlock);
    const auto start = start_of(*trainer);
    const auto changes = [&](const auto& change) { return changes_the_weights(*trainer, start, change); };

    expect_every_common_option_counts(*trainer, start);
    EXPECT_TRUE(changes([](auto& run) { run.local.max_gradient_norm = 0.1; }));
    EXPECT_TRUE(changes([](auto& run) { run.local.virtual_shards = 2; }));
    EXPECT_TRUE(changes([](auto& run) { run.local.optimiser = job::OptimiserKind::Adam; }));
    EXPECT_FALSE(changes([](auto&) {}));
}

TEST(ExactTrainer, StopsAtTheStepThatIsNotFiniteWhoeverComputesIt) {
    const auto shard = striped(64, 1);
    for (const std::uint32_t shards : {1u, 4u}) {
        const auto trainer = make_exact_trainer(lenet(), kBlock);
        auto start = start_of(*trainer);
        auto run = run_with(1, 16, 0.05, 0.9);
        run.local.virtual_shards = shards;
        start[0] = std::numeric_limits<float>::quiet_NaN();
        EXPECT_EQ(trainer->train(start, shard, run).failed_step, 0u);

        run.learning_rate = 1e30;  // the first step is finite, what follows is not
        const auto failed = trainer->train(start_of(*trainer), shard, run).failed_step;
        const auto reference = make_reference_trainer(lenet(), kBlock);
        EXPECT_GT(failed.value(), 0u);
        EXPECT_EQ(reference->train(start_of(*reference), shard, run).failed_step, failed);
    }
}

}  // namespace
}  // namespace cone::model
