// Which rank does what: rank 0 is the bridge, then w ranks for each executor.
// SPDX-License-Identifier: Apache-2.0
//
//     world rank   0       1   2       3   4       5   6
//                  bridge  exec 0      exec 1      exec 2         (w = 2)
//     team rank            0   1       0   1       0   1          0 leads
//
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace cone::node {

struct RankPlan {
    std::size_t executors = 0;
    int ranks_per_executor = 1;
    [[nodiscard]] int world_size() const { return 1 + static_cast<int>(executors) * ranks_per_executor; }
};

/// The number of the executor whose team a world rank belongs to; nothing for the bridge.
[[nodiscard]] std::optional<std::size_t> executor_of(int world_rank, const RankPlan& plan);

/// World ranks of the teams' leaders, by executor number.
[[nodiscard]] std::vector<int> leaders_of(const RankPlan& plan);

/// World sizes that the configured number of executors can run with: w = 1, 2, 3.
[[nodiscard]] std::vector<int> valid_rank_counts(const RankPlan& plan);

/// Throws ConfigError that lists the valid counts, and what would make `world_size` one of them.
void require_rank_count(int world_size, const RankPlan& plan);

}  // namespace cone::node
