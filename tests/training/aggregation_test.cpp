// The sum over a team is exact: any split over any number of ranks gives the same bits.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/aggregation.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "cone/base/rng.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/training/team.hpp"

namespace cone::training {
namespace {

const kernels::BlockFormat kFormat{.block = 16};

std::vector<std::vector<float>> random_updates(std::size_t sellers, std::size_t values) {
    std::vector<std::vector<float>> updates(sellers, std::vector<float>(values));
    const Rng rng(std::uint64_t{4}, RngStream::Probe, 0);
    for (std::size_t s = 0; s < sellers; ++s) {
        for (std::size_t i = 0; i < values; ++i) {
            const double magnitude = std::exp2(static_cast<double>(rng.below(2 * (s * values + i), 20)) - 15);
            updates[s][i] = static_cast<float>((2 * rng.uniform(2 * (s * values + i) + 1) - 1) * magnitude);
        }
    }
    return updates;
}

std::vector<float> aggregated(int ranks, const std::vector<std::vector<float>>& updates,
                              const std::vector<std::uint32_t>& times) {
    std::vector<float> result;
    std::uint64_t total = 0;
    for (const auto count : times) {
        total += count;
    }
    comm::spawn(ranks, [&](comm::ThreadRank& rank) {
        std::vector<float> weights(updates[0].size(), 0.5f);
        std::vector<Contribution> mine;
        for (std::size_t s = updates.size(); s-- > 0;) {  // another order than the solo run's
            if (is_mine(s, rank.comm)) {
                mine.push_back({updates[s], times[s]});
            }
        }
        EXPECT_EQ(aggregate(weights, mine, total, kFormat, rank.comm), kernels::Status::Ok);
        if (rank.comm.rank() == ranks - 1) {
            result = weights;
        }
    });
    return result;
}

TEST(Aggregation, GivesTheSameBitsOnAnyNumberOfRanks) {
    const auto updates = random_updates(7, 1000);
    const std::vector<std::uint32_t> times{1, 2, 1, 3, 1, 1, 5};
    const auto solo = aggregated(1, updates, times);

    for (const int ranks : {2, 3, 4, 8}) {
        EXPECT_EQ(aggregated(ranks, updates, times), solo) << ranks;
    }
}

TEST(Aggregation, IsTheWeightedMean) {
    const auto updates = random_updates(3, 100);
    const auto result = aggregated(2, updates, {1, 2, 1});

    for (std::size_t i = 0; i < 100; ++i) {
        const double mean = (double{updates[0][i]} + 2.0 * updates[1][i] + updates[2][i]) / 4;
        EXPECT_NEAR(result[i], 0.5 + mean, 1e-6);
    }
}

TEST(Aggregation, LeavesTheWeightsWhenNobodyCounts) {
    std::vector<float> weights{1, 2, 3};
    comm::SoloCommunicator solo;

    EXPECT_EQ(aggregate(weights, {}, 0, kFormat, solo), kernels::Status::Ok);
    EXPECT_THAT(weights, testing::ElementsAre(1, 2, 3));
}

TEST(Aggregation, ReportsOverflow) {
    std::vector<float> weights{std::numeric_limits<float>::max()};
    const std::vector<float> update{std::numeric_limits<float>::max()};
    const std::vector<Contribution> mine{{update, 1}};
    comm::SoloCommunicator solo;

    EXPECT_EQ(aggregate(weights, mine, 1, kFormat, solo), kernels::Status::NotFinite);
}

TEST(GatherByPosition, BringsEveryEntryToEveryRank) {
    for (const int ranks : {1, 2, 3, 5}) {
        for (const std::size_t count : {0u, 1u, 4u, 7u}) {
            comm::spawn(ranks, [&](comm::ThreadRank& rank) {
                std::vector<double> values(count, -1);
                std::vector<double> expected(count);
                for (std::size_t i = 0; i < count; ++i) {
                    expected[i] = static_cast<double>(i * i);
                    values[i] = is_mine(i, rank.comm) ? expected[i] : -1;
                }
                gather_by_position(values, rank.comm);
                EXPECT_EQ(values, expected) << ranks << " ranks, " << count << " values";
            });
        }
    }
}

TEST(GatherByPosition, RefusesARankThatSendsAnotherCount) {
    EXPECT_THROW(comm::spawn(2,
                             [](comm::ThreadRank& rank) {
                                 std::vector<double> values(rank.comm.rank() == 0 ? 4 : 6);
                                 gather_by_position(values, rank.comm);
                             }),
                 CommError);
}

}  // namespace
}  // namespace cone::training
