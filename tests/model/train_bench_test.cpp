// The benchmark measures every side; how fast they are is for docs/benchmarks.md, not for a test.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/train_bench.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/network.hpp"

namespace cone::model {
namespace {

TrainBenchSpec small(std::vector<std::string> layers) {
    return {.model = {.layers = std::move(layers)}, .images = 64, .batch = 16, .repeats = 1};
}

TEST(TrainBench, EveryEpochRuns) {
    for (const auto* network : {"lenet5", "cnn"}) {
        const auto spec = small(job::preset_layers(network));
        EXPECT_GT(seconds_of(executor_epoch(spec, make_exact_trainer(spec.model, 1024))), 0) << network;
    }
}

TEST(TrainBench, ImagesFitTheModelAndLabelsItsClasses) {
    auto spec = small(job::preset_layers("cnn"));
    spec.model.channels = 3;
    spec.model.classes = 4;
    const auto shard = bench_shard(spec);
    EXPECT_EQ(shard.pixels.size(), 64U * 3 * 28 * 28);
    EXPECT_EQ(shard.labels.size(), 64U);
    EXPECT_THAT(shard.labels, testing::Each(testing::Lt(4)));
}

/// A trainer that stops at its first step.
class Stopping final : public Trainer {
public:
    explicit Stopping(const job::ModelSpec& model) : network_(make_network(model)) {}
    [[nodiscard]] const Network& network() const override { return network_; }
    [[nodiscard]] LocalResult train(std::span<const float>, const data::Shard&, const LocalRun&, const OnStep&,
                                    const ShardTeam*) override {
        return {{}, 0};
    }
    [[nodiscard]] std::vector<float> logits(std::span<const float>, const data::Shard&, std::uint32_t, std::uint32_t) override {
        return {};
    }

private:
    Network network_;
};

TEST(TrainBench, AnEpochThatStopsEarlyIsNoMeasurement) {
    const auto spec = small(job::preset_layers("lenet5"));
    EXPECT_THROW((void)seconds_of(executor_epoch(spec, std::make_shared<Stopping>(spec.model))), EnvironmentError);
}

TEST(TrainBench, SidesTakeTurnsAndTheFirstTurnWarmsUp) {
    std::string turns;
    const std::vector<double> ours{100, 1, 2, 4};
    const std::vector<double> theirs{0.01, 3, 4, 2};
    std::size_t a = 0;
    std::size_t b = 0;
    const auto figures = compare_sides({.model = {}, .images = 40, .repeats = 3}, {{"ours",
                                                                                    [&] {
                                                                                        turns += 'a';
                                                                                        return ours[a++];
                                                                                    }},
                                                                                   {"theirs", [&] {
                                                                                        turns += 'b';
                                                                                        return theirs[b++];
                                                                                    }}});

    EXPECT_EQ(turns, "abababab");
    ASSERT_EQ(figures.size(), 2U);
    EXPECT_EQ(figures[0].name, "ours");
    EXPECT_DOUBLE_EQ(figures[0].images_per_s, 20) << "median of 1, 2, 4 s";
    EXPECT_DOUBLE_EQ(figures[0].ratio, 1);
    EXPECT_DOUBLE_EQ(figures[1].images_per_s, 40.0 / 3) << "median of 3, 4, 2 s";
    EXPECT_DOUBLE_EQ(figures[1].ratio, 2) << "median of 3 / 1, 4 / 2, 2 / 4";
}

}  // namespace
}  // namespace cone::model
