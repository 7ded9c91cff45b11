// Rank arithmetic and the refusal of a wrong number of ranks.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/ranks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cone/base/errors.hpp"

namespace cone::node {
namespace {

TEST(Ranks, EveryRankHasOnePlace) {
    for (int w = 1; w <= 4; ++w) {
        const RankPlan plan{5, w};
        std::vector<int> team_sizes(5, 0);
        for (int rank = 1; rank < plan.world_size(); ++rank) {
            ++team_sizes.at(executor_of(rank, plan).value());
        }
        EXPECT_EQ(team_sizes, std::vector<int>(5, w));
        EXPECT_FALSE(executor_of(0, plan).has_value());
    }
}

TEST(Ranks, LeadersAreTheFirstOfTheirTeams) {
    EXPECT_EQ(leaders_of({3, 2}), (std::vector<int>{1, 3, 5}));
}

TEST(Ranks, RefusesEveryOtherCountAndListsTheValidOnes) {
    const RankPlan plan{6, 1};
    EXPECT_NO_THROW(require_rank_count(7, plan));
    for (const int count : {1, 2, 6, 8, 13, 100}) {
        try {
            require_rank_count(count, plan);
            FAIL() << count << " was accepted";
        } catch (const ConfigError& error) {
            EXPECT_EQ(error.code(), ExitCode::Usage);
            EXPECT_THAT(error.hint(), testing::HasSubstr("7 (as configured) 13 19"));
        }
    }
}

TEST(Ranks, SaysWhatWouldFitTheGivenCount) {
    try {
        require_rank_count(5, {6, 1});
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_THAT(
            error.hint(),
            testing::HasSubstr("executors = 4 with ranks_per_executor = 1 or executors = 2 with ranks_per_executor = 2"));
    }
}

TEST(Ranks, RefusesAPlanWithoutExecutors) {
    EXPECT_THROW(require_rank_count(1, {0, 1}), ConfigError);
    EXPECT_THROW(require_rank_count(1, {1, 0}), ConfigError);
}

}  // namespace
}  // namespace cone::node
