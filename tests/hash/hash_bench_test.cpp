// The benchmark measures: every way gives a positive figure, and the numbers describe the run that was asked for.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/hash_bench.hpp"

#include <gtest/gtest.h>

namespace cone::hash {
namespace {

TEST(HashBench, ReportsWhatItRan) {
    const HashBench bench = run_hash_bench(1 << 16, 3);

    EXPECT_EQ(bench.bytes, std::size_t{1} << 16);
    EXPECT_EQ(bench.repeats, 3);
    EXPECT_FALSE(bench.keccak_path.empty());
    EXPECT_GT(bench.keccak_tree_gbps, 0);
    EXPECT_GT(bench.portable_gbps, 0);
    EXPECT_GT(bench.sha256_openssl_gbps, 0);
    EXPECT_GT(bench.sha3_256_openssl_gbps, 0);
    EXPECT_GT(bench.two_threads_gbps, 0);
    EXPECT_GT(bench.sha256_twice_gbps, 0);
}

TEST(HashBenchDeathTest, NothingToMeasureIsABug) {
    EXPECT_DEATH((void)run_hash_bench(0, 1), "nothing to measure");
}

}  // namespace
}  // namespace cone::hash
