// The benchmark measures both sides; how fast they are is for docs/benchmarks.md, not for a test.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/train_bench.hpp"

#include <gmock/gmock.h>

#include "cone/base/errors.hpp"
#include "cone/model/determinism.hpp"

namespace cone::model {
namespace {

TEST(TrainBench, MeasuresBothSides) {
    set_up_determinism("avx2");
    for (const auto* network : {"lenet5", "cnn"}) {
        const auto result = bench_training({.network = network, .images = 64, .batch = 16, .repeats = 1});

        EXPECT_GT(result.executor, 0);
        EXPECT_GT(result.plain, 0);
        EXPECT_DOUBLE_EQ(result.ratio(), result.executor / result.plain);
    }
}

TEST(TrainBench, RefusesAnUnknownNetwork) {
    set_up_determinism("avx2");
    EXPECT_THROW((void)bench_training({.network = "resnet"}), ConfigError);
}

}  // namespace
}  // namespace cone::model
