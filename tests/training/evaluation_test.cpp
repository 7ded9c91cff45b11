// Evaluation in chunks: the same bits whoever evaluates what.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/evaluation.hpp"

#include <gmock/gmock.h>

#include <array>
#include <bit>
#include <limits>

#include "cone/model/weights.hpp"
#include "tests/training/small_job.hpp"

namespace cone::training {
namespace {

TEST(Evaluation, SharedOverATeamGivesTheSameBits) {
    const auto job = tests::make_small_job();
    const auto trainer_owner = make_trainer(job->context.spec.model, job->context.spec.profile);
    model::Trainer& trainer = *trainer_owner;
    const auto weights = model::initial_weights(trainer.network(), 1);
    const auto solo = evaluate(trainer, weights, job->data->test);

    for (const int ranks : {1, 2, 3, 5}) {
        comm::spawn(ranks, [&](comm::ThreadRank& rank) {
            const auto mine_owner = make_trainer(job->context.spec.model, job->context.spec.profile);
            model::Trainer& mine = *mine_owner;
            const std::array<const data::Shard*, 2> shards{&job->data->validation, &job->data->test};
            const auto shared = evaluate_shared(mine, weights, shards, rank.comm);

            EXPECT_EQ(std::bit_cast<std::uint64_t>(shared[1].loss_sum), std::bit_cast<std::uint64_t>(solo.loss_sum)) << ranks;
            EXPECT_EQ(shared[1].correct, solo.correct);
            EXPECT_EQ(shared[0].images, 700u);
            EXPECT_EQ(shared[1].images, 1100u);
        });
    }
}

TEST(Evaluation, RoundsAccuracyDown) {
    EXPECT_EQ((Evaluation{.loss_sum = 0, .correct = 2, .images = 3}).accuracy_bp(), 6666u);
    EXPECT_EQ((Evaluation{.loss_sum = 0, .correct = 3, .images = 3}).accuracy_bp(), 10000u);
    EXPECT_EQ((Evaluation{.loss_sum = 6, .correct = 0, .images = 3}).utility(), -2.0);
}

TEST(Evaluation, OfWeightsThatAreNotFiniteIsMinusInfinity) {
    const auto job = tests::make_small_job();
    const auto trainer_owner = make_trainer(job->context.spec.model, job->context.spec.profile);
    model::Trainer& trainer = *trainer_owner;
    const std::vector<float> weights(trainer.network().values, std::numeric_limits<float>::quiet_NaN());

    const auto result = evaluate(trainer, weights, job->data->validation);

    EXPECT_EQ(result.utility(), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(result.correct, 0u);
}

}  // namespace
}  // namespace cone::training
