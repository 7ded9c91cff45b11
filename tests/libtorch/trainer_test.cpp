// Training: the gradient is right, the bits repeat, the order is the stream's, what does not fit is refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/presets.hpp"
#include "cone/libtorch/libtorch_trainer.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

#include "cone/libtorch/determinism.hpp"
#include "cone/model/weights.hpp"
#include "cone_kernels/classification.hpp"
#include "tests/support/striped_images.hpp"

namespace cone::libtorch {
namespace {

using job::ModelSpec;
using test::expect_every_common_option_counts;
using test::run_with;
using test::striped;

class Training : public testing::TestWithParam<const char*> {
protected:
    static ModelSpec spec() {
        set_up_determinism("avx2");
        return {.layers = job::preset_layers(GetParam())};
    }

    double loss(const std::vector<float>& weights, const data::Shard& shard) {
        return kernels::cross_entropy_sum(trainer_->logits(weights, shard, 0, shard.images), shard.labels, 10) / shard.images;
    }

    std::unique_ptr<model::Trainer> trainer_ = make_trainer(spec());
    std::vector<float> start_ = model::initial_weights(trainer_->network(), 5);
};

// The derivative of the loss along a tensor's gradient g is |g|^2; measured by a central difference.
TEST_P(Training, StepsAlongTheGradientOfEveryTensor) {
    const auto shard = striped(24, 1);
    constexpr double kRate = 1e-2;
    const auto stepped = trainer_->train(start_, shard, run_with(1, 24, kRate, 0)).weights;  // one step: w - rate * g

    for (const auto& parameter : trainer_->network().parameters) {
        double squared = 0;
        auto down = start_;
        auto up = start_;
        for (auto j = parameter.offset; j < parameter.offset + parameter.values; ++j) {
            const double g = (static_cast<double>(start_[j]) - stepped[j]) / kRate;
            squared += g * g;
            down[j] = stepped[j];
            up[j] = start_[j] + (start_[j] - stepped[j]);
        }
        const double slope = (loss(up, shard) - loss(down, shard)) / (2 * kRate);
        EXPECT_GT(squared, 0) << parameter.name;
        EXPECT_NEAR(slope / squared, 1, 0.03) << parameter.name;
    }
}

TEST_P(Training, GivesTheSameBitsAgainAndOnAnotherThread) {
    const auto shard = striped(100, 1);
    const auto run = run_with(2, 32, 0.05, 0.9);
    const auto first = trainer_->train(start_, shard, run).weights;
    const auto logits = trainer_->logits(first, shard, 10, 50);

    std::vector<float> other;
    std::vector<float> other_logits;
    std::thread([&] {
        const auto second = make_trainer(spec());
        other = second->train(start_, shard, run).weights;
        other_logits = second->logits(other, shard, 10, 50);
    }).join();

    EXPECT_EQ(trainer_->train(start_, shard, run).weights, first);
    EXPECT_EQ(other, first);
    EXPECT_EQ(other_logits, logits);
}

TEST_P(Training, DependsOnRoundSellerSeedRateMomentumAndDecay) {
    expect_every_common_option_counts(*trainer_, start_);
}

TEST_P(Training, ReportsEveryStepAndKeepsTheSmallLastBatch) {
    const auto shard = striped(50, 1);
    std::vector<std::uint32_t> steps;
    std::vector<float> last;
    const auto result =
        trainer_->train(start_, shard, run_with(2, 16, 0.05, 0.9), [&](std::uint32_t step, std::span<const float> w) {
            steps.push_back(step);
            last.assign(w.begin(), w.end());
        });

    EXPECT_THAT(steps, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_EQ(model::local_steps({.epochs = 2, .batch = 16}, 50), 8u);
    EXPECT_EQ(model::local_steps({.epochs = 2, .batch = 16}, 48), 6u);
    EXPECT_EQ(last, result.weights);
}

TEST_P(Training, LearnsTheStripes) {
    const auto shard = striped(300, 1);
    const auto fresh = striped(200, 2);

    const auto weights = trainer_->train(start_, shard, run_with(6, 16, 0.02, 0.9)).weights;

    EXPECT_GE(kernels::count_correct(trainer_->logits(weights, fresh, 0, 200), fresh.labels, 10), 190u);
}

TEST_P(Training, CarriesNanToTheCallerWithoutStopping) {
    auto weights = start_;
    weights[0] = std::numeric_limits<float>::quiet_NaN();

    const auto result = trainer_->train(weights, striped(20, 1), run_with(1, 10, 0.05, 0.9));

    EXPECT_TRUE(std::isnan(result.weights[0]));
}

INSTANTIATE_TEST_SUITE_P(Networks, Training, testing::Values("lenet5", "cnn"), [](const auto& test) { return test.param; });

}  // namespace
}  // namespace cone::libtorch
