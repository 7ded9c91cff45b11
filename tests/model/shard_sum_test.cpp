// The sum of virtual shards does not depend on who had which, and one bad shard is everybody's.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/shard_sum.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cone/base/rng.hpp"

namespace cone::model {
namespace {

using kernels::Status;

constexpr std::size_t kValues = 2500;
constexpr std::uint32_t kBlock = 1024;

std::vector<float> gradient(std::uint32_t shard) {
    const Rng rng(std::uint64_t{9}, RngStream::Probe, shard);
    std::vector<float> values(kValues);
    for (std::size_t i = 0; i < kValues; ++i) {
        values[i] = static_cast<float>((rng.uniform(i) - 0.5) * std::pow(10.0, static_cast<double>(i % 7) - 3));
    }
    return values;
}

std::vector<float> sum_of(const std::vector<std::uint32_t>& shards) {
    ShardSum sum(kValues, kBlock);
    sum.start();
    for (const auto shard : shards) {
        sum.add(gradient(shard), Status::Ok);
    }
    std::vector<float> out(kValues, 7.0f);
    EXPECT_EQ(sum.finish(nullptr, out), Status::Ok);
    return out;
}

TEST(ShardSum, DoesNotDependOnOrder) {
    EXPECT_EQ(sum_of({0, 1, 2, 3}), sum_of({3, 1, 0, 2}));
}

TEST(ShardSum, IsCloseToTheSumInDouble) {
    const auto sum = sum_of({0, 1, 2, 3});
    for (std::size_t i = 0; i < kValues; ++i) {
        double exact = 0;
        for (std::uint32_t s = 0; s < 4; ++s) {
            exact += gradient(s)[i];
        }
        EXPECT_NEAR(sum[i], exact, 1e3 * 4 * std::ldexp(1.0, -31) + std::abs(exact) * 1e-7) << i;
    }
}

TEST(ShardSum, StartsAfreshAndIsZeroWithoutShards) {
    ShardSum sum(kValues, kBlock);
    std::vector<float> out(kValues, 7.0f);
    sum.start();
    sum.add(gradient(1), Status::NotFinite);
    EXPECT_EQ(sum.finish(nullptr, out), Status::NotFinite);
    sum.start();
    EXPECT_EQ(sum.finish(nullptr, out), Status::Ok);
    EXPECT_THAT(out, testing::Each(0.0f));
}

TEST(ShardSum, OneRanksBadShardIsEverybodys) {
    ShardSum sum(kValues, kBlock);
    std::vector<float> out(kValues);
    const ShardTeam team{.rank = 0,
                         .size = 2,
                         .maximum = [](std::span<std::int32_t> values) { values.back() = std::max(values.back(), 1); },
                         .sum = [](std::span<std::int64_t>) { FAIL() << "nothing to sum"; }};
    sum.start();
    sum.add(gradient(0), Status::Ok);

    EXPECT_EQ(sum.finish(&team, out), Status::NotFinite);
}

}  // namespace
}  // namespace cone::model
