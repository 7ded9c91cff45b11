// The benchmark measures every side; how fast they are is for docs/benchmarks.md, not for a test.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/train_bench.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/model/determinism.hpp"

namespace cone::model {
namespace {

TEST(TrainBench, BothEpochsRun) {
    set_up_determinism("avx2");
    for (const auto* network : {"lenet5", "cnn"}) {
        const TrainBenchSpec spec{.network = network, .images = 64, .batch = 16, .repeats = 1};

        EXPECT_GT(seconds_of(executor_epoch(spec)), 0);
        EXPECT_GT(seconds_of(plain_epoch(spec)), 0);
    }
}

TEST(TrainBench, RefusesAnUnknownNetwork) {
    set_up_determinism("avx2");
    EXPECT_THROW((void)executor_epoch({.network = "resnet"}), ConfigError);
    EXPECT_THROW((void)plain_epoch({.network = "resnet"}), ConfigError);
}

TEST(TrainBench, SidesTakeTurnsAndTheFirstTurnWarmsUp) {
    std::string turns;
    const std::vector<double> ours{100, 1, 2, 4};
    const std::vector<double> theirs{0.01, 3, 4, 2};
    std::size_t a = 0;
    std::size_t b = 0;
    const auto figures = compare_sides({.images = 40, .repeats = 3}, {{"ours",
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
