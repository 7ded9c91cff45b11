// The benchmark measures every side; how fast they are is for docs/benchmarks.md, not for a test.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/train_bench.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/libtorch/determinism.hpp"
#include "cone/libtorch/libtorch_trainer.hpp"
#include "cone/model/exact_trainer.hpp"

namespace cone::libtorch {
namespace {

TEST(TrainBench, EveryEpochRuns) {
    set_up_determinism("avx2");
    for (const auto* network : {"lenet5", "cnn"}) {
        const TrainBenchSpec spec{.model = {.layers = job::preset_layers(network)}, .images = 64, .batch = 16, .repeats = 1};

        EXPECT_GT(seconds_of(executor_epoch(spec, make_trainer(spec.model))), 0);
        EXPECT_GT(seconds_of(executor_epoch(spec, model::make_exact_trainer(spec.model, 1024))), 0);
        EXPECT_GT(seconds_of(plain_epoch(spec, false)), 0);
        EXPECT_GT(seconds_of(plain_epoch(spec, true)), 0);
    }
}

TEST(TrainBench, RefusesANetworkThatThePeerCannotExecute) {
    const TrainBenchSpec spec{.model = {.layers = job::preset_layers("resnet18"), .channels = 3, .height = 32, .width = 32}};
    EXPECT_THROW((void)plain_epoch(spec, false), ConfigError);
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
}  // namespace cone::libtorch
