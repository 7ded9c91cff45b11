// Rank arithmetic, and the message for a wrong number of ranks.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/ranks.hpp"

#include <string>

#include "cone/base/errors.hpp"

namespace cone::node {
namespace {

constexpr int kLargestTeamListed = 3;

std::string fits_text(int world_size) {
    std::string text;
    for (int w = 1; w <= kLargestTeamListed; ++w) {
        if (world_size > 1 && (world_size - 1) % w == 0) {
            text += text.empty() ? "" : " or ";
            text += "executors = " + std::to_string((world_size - 1) / w) + " with ranks_per_executor = " + std::to_string(w);
        }
    }
    return text;
}

}  // namespace

std::optional<std::size_t> executor_of(int world_rank, const RankPlan& plan) {
    if (world_rank == 0) {
        return std::nullopt;
    }
    return static_cast<std::size_t>((world_rank - 1) / plan.ranks_per_executor);
}

std::vector<int> leaders_of(const RankPlan& plan) {
    std::vector<int> leaders;
    for (std::size_t executor = 0; executor < plan.executors; ++executor) {
        leaders.push_back(1 + static_cast<int>(executor) * plan.ranks_per_executor);
    }
    return leaders;
}

std::vector<int> valid_rank_counts(const RankPlan& plan) {
    std::vector<int> counts;
    for (int w = 1; w <= kLargestTeamListed; ++w) {
        counts.push_back(RankPlan{plan.executors, w}.world_size());
    }
    return counts;
}

void require_rank_count(int world_size, const RankPlan& plan) {
    if (plan.executors == 0 || plan.ranks_per_executor < 1) {
        throw ConfigError("execution: at least one executor with at least one rank",
                          "set execution.executors and execution.ranks_per_executor");
    }
    if (world_size == plan.world_size()) {
        return;
    }
    std::string hint = "valid for " + std::to_string(plan.executors) + " executors:";
    for (const int count : valid_rank_counts(plan)) {
        hint += " " + std::to_string(count) + (count == plan.world_size() ? " (as configured)" : "");
    }
    if (const std::string fits = fits_text(world_size); !fits.empty()) {
        hint += "; or set " + fits + " for " + std::to_string(world_size) + " ranks";
    }
    throw ConfigError("mpirun started " + std::to_string(world_size) + " ranks; 1 bridge + " + std::to_string(plan.executors) +
                          " executors x " + std::to_string(plan.ranks_per_executor) +
                          " ranks = " + std::to_string(plan.world_size()) + " are needed",
                      hint);
}

}  // namespace cone::node
