// Training: the gradient is right, the bits repeat, the order is the stream's, what does not fit is refused.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/trainer.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/model/determinism.hpp"
#include "cone/model/weights.hpp"
#include "cone_kernels/classification.hpp"

namespace cone::model {
namespace {

using testing::HasSubstr;

/// Images whose class is the bright one of ten columns, with noise: easy to learn.
data::Shard striped(std::uint32_t images, std::uint64_t seed) {
    data::Shard shard{.images = images, .channels = 1, .height = 28, .width = 28, .pixels = {}, .labels = {}};
    const Rng rng(seed, RngStream::Probe, 9);
    for (std::uint32_t i = 0; i < images; ++i) {
        const auto label = static_cast<std::uint8_t>(rng.below(i, 10));
        shard.labels.push_back(label);
        for (std::uint32_t p = 0; p < 784; ++p) {
            const bool bright = p % 28 / 2 == label + 2u;
            shard.pixels.push_back(static_cast<std::uint8_t>(rng.below(1000 + 784ull * i + p, 100) + (bright ? 150 : 0)));
        }
    }
    return shard;
}

LocalRun run_with(std::uint32_t epochs, std::uint32_t batch, double rate, double momentum) {
    return {.local = {.epochs = epochs, .batch = batch, .learning_rate = rate, .momentum = momentum},
            .learning_rate = rate,
            .training_seed = 3,
            .round = RoundIndex(1),
            .seller = SellerIndex(2)};
}

class Training : public testing::TestWithParam<const char*> {
protected:
    static job::ModelSpec model() {
        set_up_determinism("avx2");
        return {.network = GetParam()};
    }

    double loss(const std::vector<float>& weights, const data::Shard& shard) {
        return kernels::cross_entropy_sum(trainer_.logits(weights, shard, 0, shard.images), shard.labels, 10) / shard.images;
    }

    Trainer trainer_{model()};
    std::vector<float> start_ = initial_weights(trainer_.network(), 5);
};

// The derivative of the loss along a tensor's gradient g is |g|^2; measured by a central difference.
TEST_P(Training, StepsAlongTheGradientOfEveryTensor) {
    const auto shard = striped(24, 1);
    constexpr double kRate = 1e-2;
    const auto stepped = trainer_.train(start_, shard, run_with(1, 24, kRate, 0));  // one step: w - rate * g

    for (const auto& parameter : trainer_.network().parameters) {
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
    const auto first = trainer_.train(start_, shard, run);
    const auto logits = trainer_.logits(first, shard, 10, 50);

    std::vector<float> other;
    std::vector<float> other_logits;
    std::thread([&] {
        Trainer second(model());
        other = second.train(start_, shard, run);
        other_logits = second.logits(other, shard, 10, 50);
    }).join();

    EXPECT_EQ(trainer_.train(start_, shard, run), first);
    EXPECT_EQ(other, first);
    EXPECT_EQ(other_logits, logits);
}

TEST_P(Training, DependsOnRoundSellerSeedRateMomentumAndDecay) {
    const auto shard = striped(64, 1);
    const auto base = run_with(1, 16, 0.05, 0.9);
    const auto result = trainer_.train(start_, shard, base);
    const auto differs = [&](auto change) {
        auto run = base;
        change(run);
        return trainer_.train(start_, shard, run) != result;
    };

    EXPECT_TRUE(differs([](auto& r) { r.round = RoundIndex(2); }));
    EXPECT_TRUE(differs([](auto& r) { r.seller = SellerIndex(3); }));
    EXPECT_TRUE(differs([](auto& r) { r.training_seed = 4; }));
    EXPECT_TRUE(differs([](auto& r) { r.learning_rate = 0.04; }));
    EXPECT_TRUE(differs([](auto& r) { r.local.momentum = 0.8; }));
    EXPECT_TRUE(differs([](auto& r) { r.local.weight_decay = 0.01; }));
}

TEST_P(Training, ReportsEveryStepAndKeepsTheSmallLastBatch) {
    const auto shard = striped(50, 1);
    std::vector<std::uint32_t> steps;
    std::vector<float> last;
    const auto result =
        trainer_.train(start_, shard, run_with(2, 16, 0.05, 0.9), [&](std::uint32_t step, std::span<const float> w) {
            steps.push_back(step);
            last.assign(w.begin(), w.end());
        });

    EXPECT_THAT(steps, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    EXPECT_EQ(local_steps({.epochs = 2, .batch = 16}, 50), 8u);
    EXPECT_EQ(local_steps({.epochs = 2, .batch = 16}, 48), 6u);
    EXPECT_EQ(last, result);
}

TEST_P(Training, LearnsTheStripes) {
    const auto shard = striped(300, 1);
    const auto fresh = striped(200, 2);

    const auto weights = trainer_.train(start_, shard, run_with(6, 16, 0.02, 0.9));

    EXPECT_GE(kernels::count_correct(trainer_.logits(weights, fresh, 0, 200), fresh.labels, 10), 190u);
}

TEST_P(Training, CarriesNanToTheCallerWithoutStopping) {
    auto weights = start_;
    weights[0] = std::numeric_limits<float>::quiet_NaN();

    const auto result = trainer_.train(weights, striped(20, 1), run_with(1, 10, 0.05, 0.9));

    EXPECT_TRUE(std::isnan(result[0]));
}

INSTANTIATE_TEST_SUITE_P(Networks, Training, testing::Values("lenet5", "cnn"), [](const auto& test) { return test.param; });

TEST(EpochOrder, VisitsEachImageOnceAndDiffersByEpoch) {
    const auto run = run_with(2, 1, 0.1, 0);
    const auto order = epoch_order(run, 0, 100);

    EXPECT_EQ(std::set<std::uint32_t>(order.begin(), order.end()).size(), 100u);
    EXPECT_NE(order, epoch_order(run, 1, 100));
    auto other = run;
    other.seller = SellerIndex(9);
    EXPECT_NE(order, epoch_order(other, 0, 100));
}

TEST(RequireFits, NamesTheShapeAndTheRow) {
    const job::ModelSpec model{.network = "lenet5"};
    auto shard = striped(5, 1);
    shard.labels[3] = 10;
    const auto refusal = [&] {
        try {
            require_fits(model, shard);
        } catch (const DataError& error) {
            return std::string(error.what());
        }
        return std::string("not refused");
    };

    EXPECT_THAT(refusal(), HasSubstr("label 10 in row 3"));
    shard.labels[3] = 9;
    EXPECT_EQ(refusal(), "not refused");
    shard.width = 14;
    shard.channels = 2;
    EXPECT_THAT(refusal(), HasSubstr("images of 2 x 28 x 14, the model takes 1 x 28 x 28"));
}

}  // namespace
}  // namespace cone::model
