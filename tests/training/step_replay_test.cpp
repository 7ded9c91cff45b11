// A step found in a job: it ends in the state that training has there, and what does not exist is named.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/step_replay.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/model/weights.hpp"
#include "cone/training/custodial.hpp"
#include "cone/training/profile.hpp"
#include "cone/training/traced_source.hpp"
#include "tests/training/small_job.hpp"

namespace cone::training {
namespace {

using testing::HasSubstr;

std::string refusal(const tests::SmallJob& job, const trace::StepName& name) {
    try {
        std::ignore = replay_step(job.context, job.data, name);
    } catch (const ConfigError& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return "accepted";
}

/// A seller that the round picked, and one it did not (6: all were).
std::pair<std::uint32_t, std::uint32_t> picked_and_not(const RoundTrace& round) {
    std::uint32_t other = 0;
    while (std::find(round.draws.begin(), round.draws.end(), other) != round.draws.end()) {
        ++other;
    }
    return {round.draws.front(), other};
}

/// A local training made of traced steps is the one that the round did: the last step ends in the weights of the update.
TEST(StepReplay, TheLastStepEndsInTheSellersUpdate) {
    const auto job = tests::make_small_job([](job::JobSpec& spec) { spec.local.virtual_shards = 2; });
    const auto& spec = job->context.spec;
    const auto seller = tests::run_segments(*job, 1, 1)[0].trace[0].draws[0];
    const auto trainer = make_trainer(spec.model, spec.profile);
    const auto weights = model::initial_weights(trainer->network(), spec.model.init_seed);

    const auto trace = replay_step(job->context, job->data, {0, 0, seller, 15});

    const auto trained = trainer->train(weights, job->data->sellers[seller],
                                        {.local = spec.local,
                                         .learning_rate = learning_rate_of(spec.local, RoundIndex(0)),
                                         .training_seed = spec.schedule.training_seed,
                                         .round = RoundIndex(0),
                                         .seller = SellerIndex(seller)});
    EXPECT_EQ(trace.state_after, model::weights_root(trainer->network(), trained.weights));
}

TEST(StepReplay, OneStepEndsWhereTheNextBegins) {
    const auto job = tests::make_small_job();
    const auto seller = tests::run_segments(*job, 1, 1)[0].trace[1].draws[0];

    const auto step = replay_step(job->context, job->data, {0, 1, seller, 8});
    const auto next = replay_step(job->context, job->data, {0, 1, seller, 9});

    EXPECT_EQ(step.state_after, next.state_before);
    EXPECT_NE(step.operators, next.operators);
    EXPECT_EQ(step.job_hash, job->context.job_hash);
}

TEST(StepReplay, NamesTheValidRangeOfWhatDoesNotExist) {
    const auto job = tests::make_small_job();
    EXPECT_THAT(refusal(*job, {2, 4, 0, 0}), HasSubstr("segments 0 to 1"));
    EXPECT_THAT(refusal(*job, {0, 2, 0, 0}), HasSubstr("rounds 0 to 1"));
    EXPECT_THAT(refusal(*job, {1, 1, 0, 0}), HasSubstr("rounds 2 to 3"));
    EXPECT_THAT(refusal(*job, {0, 0, 6, 0}), HasSubstr("sellers 0 to 5"));
    EXPECT_THAT(refusal(*job, {0, 0, 0, 16}), HasSubstr("steps 0 to 15"));
}

TEST(StepReplay, NamesWhoWasPickedWhenTheSellerWasNot) {
    const auto job = tests::make_small_job();
    const auto [picked, other] = picked_and_not(tests::run_segments(*job, 1, 1)[0].trace[0]);
    ASSERT_LT(other, 6u) << "four draws cannot pick six sellers";

    EXPECT_THAT(refusal(*job, {0, 0, other, 0}), HasSubstr("it picked"));
    EXPECT_EQ(refusal(*job, {0, 0, picked, 0}), "accepted");
}

TEST(StepReplay, RefusesAnotherEngine) {
    const auto job = tests::make_small_job();
    auto context = job->context;
    context.spec.profile.engine = "libtorch";
    EXPECT_THROW(std::ignore = replay_step(context, job->data, {0, 0, 0, 0}), ConfigError);
}

/// An executor that traces while it trains leaves what a replay finds later, and its digest is what it would be anyway.
TEST(StepTrace, WhileASegmentIsExecutedIsTheReplaysAndChangesNoBit) {
    const auto job = tests::make_small_job();
    const auto plain = tests::run_segments(*job, 1, 1);
    const trace::StepName name{0, 1, plain[0].trace[1].draws.front(), 3};
    std::vector<trace::StepTrace> traces;
    TrainingEngine engine(job->context, job->data, {},
                          with_step_trace(job->context, name, [&](const auto& trace) { traces.push_back(trace); }));
    comm::SoloCommunicator alone;
    const auto result = engine.run(
        {.segment = SegmentIndex(0), .attempt = AttemptIndex(0), .previous_digest = job->context.job_hash, .attempt_seed = {}},
        engine.initial_state(), alone, {});

    EXPECT_EQ(result.digest, plain[0].digest);
    ASSERT_EQ(traces.size(), 1U);
    EXPECT_EQ(traces[0], replay_step(job->context, job->data, name));
}

TEST(StepTrace, OfAStepTheJobDoesNotHaveIsRefusedBeforeTraining) {
    const auto job = tests::make_small_job();
    EXPECT_THROW(TrainingEngine(job->context, job->data, {}, with_step_trace(job->context, {9, 0, 0, 0}, [](const auto&) {})),
                 ConfigError);
}

}  // namespace
}  // namespace cone::training
