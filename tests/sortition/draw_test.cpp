// The draw: prefixes, stake weights, seeds; and proofs against wrong sets, exhaustively on small pools.
// SPDX-License-Identifier: Apache-2.0
#include "cone/sortition/draw.hpp"

#include <algorithm>
#include <cmath>

#include "cone/hash/records.hpp"
#include "pools.hpp"

namespace cone::sortition {
namespace {

TEST(BestTicket, IsTheSmallestOfTheUnitsTickets) {
    const Member best = best_ticket(context(1), {executor(4), 9});
    for (std::uint32_t unit = 0; unit < 9; ++unit) {
        EXPECT_LE(best.ticket, hash::ticket(context(1).segment_seed, JobId(1), SegmentIndex(0), executor(4), unit));
    }
    EXPECT_EQ(best.ticket, hash::ticket(context(1).segment_seed, JobId(1), SegmentIndex(0), executor(4), best.unit));
}

TEST(BestTicket, NeverGrowsWithStake) {
    for (std::uint32_t units = 1; units < 30; ++units) {
        EXPECT_LE(best_ticket(context(2), {executor(0), units + 1}).ticket,
                  best_ticket(context(2), {executor(0), units}).ticket);
    }
}

TEST(BestTicketDeathTest, StopsOnAnExecutorWithoutStake) {
    EXPECT_DEATH((void)best_ticket(context(1), {executor(0), 0}), "no ticket");
}

TEST(Draw, KeepsEarlierMembersWhenTheSetGrows) {
    const StakeTable pool = pool_of(std::vector<std::uint32_t>(24, 1));
    const auto whole = draw(context(3), pool, 24);
    for (std::size_t size = 0; size <= 24; ++size) {
        const auto set = draw(context(3), pool, size);
        EXPECT_EQ(set, std::vector<Address>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    }
}

TEST(Draw, IsCappedByThePool) {
    EXPECT_EQ(draw(context(3), pool_of({1, 2, 3}), 10).size(), 3u);
    EXPECT_TRUE(draw(context(3), StakeTable{}, 10).empty());
}

TEST(Draw, HasEverybodyOnceInAscendingTicketOrder) {
    const auto order = ticket_order(context(4), pool_of({1, 5, 2, 8, 1, 1, 3}));
    for (std::size_t i = 1; i < order.size(); ++i) {
        EXPECT_LT(order[i - 1].ticket, order[i].ticket);
    }
    auto set = draw(context(4), pool_of({1, 5, 2, 8, 1, 1, 3}), 7);
    std::sort(set.begin(), set.end());
    EXPECT_EQ(std::unique(set.begin(), set.end()), set.end());
}

TEST(Draw, ChangesWithSeedSegmentAndJob) {
    const StakeTable pool = pool_of(std::vector<std::uint32_t>(24, 1));
    const auto set = draw(context(5), pool, 24);
    DrawContext other_job = context(5);
    other_job.job = JobId(2);
    EXPECT_NE(draw(context(6), pool, 24), set);
    EXPECT_NE(draw(context(5, 1), pool, 24), set);
    EXPECT_NE(draw(other_job, pool, 24), set);
}

/// Chance that executor i is first is units_i / all units; 3 sigma of the count.
TEST(Draw, WeighsByStakeWithinThreeSigma) {
    const std::vector<std::uint32_t> units{1, 2, 3, 4};
    const StakeTable pool = pool_of(units);
    std::vector<double> first(4);
    constexpr std::uint32_t kDraws = 8000;
    for (std::uint32_t segment = 0; segment < kDraws; ++segment) {
        first[draw(context(7, segment), pool, 1)[0].bytes[19]] += 1;
    }
    double chi_square = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const double p = units[i] / 10.0;
        EXPECT_NEAR(first[i], kDraws * p, 3 * std::sqrt(kDraws * p * (1 - p))) << "executor " << i;
        chi_square += (first[i] - kDraws * p) * (first[i] - kDraws * p) / (kDraws * p);
    }
    EXPECT_LT(chi_square, 14.16);  // 3 degrees of freedom, upper 0.27 % (3 sigma)
}

TEST(Draw, PutsEverybodyInEveryPlaceEquallyOften) {
    const StakeTable pool = pool_of({1, 1, 1, 1, 1});
    std::vector<std::vector<double>> places(5, std::vector<double>(5));
    constexpr std::uint32_t kDraws = 4000;
    for (std::uint32_t segment = 0; segment < kDraws; ++segment) {
        const auto set = draw(context(8, segment), pool, 5);
        for (std::size_t place = 0; place < 5; ++place) {
            places[set[place].bytes[19]][place] += 1;
        }
    }
    for (const auto& row : places) {
        for (const double count : row) {
            EXPECT_NEAR(count, kDraws / 5.0, 4 * std::sqrt(kDraws * 0.16));  // 25 cells: 4 sigma
        }
    }
}

/// Every subset of a pool of 6 against every seed of 8: a proof exists exactly when the subset is not a prefix of the order.
TEST(Exclusion, IsFoundExactlyForSetsThatAreNotTheDraw) {
    const StakeTable pool = pool_of({1, 3, 1, 2, 1, 4});
    for (std::uint8_t seed = 0; seed < 8; ++seed) {
        const auto order = draw(context(seed), pool, 6);
        for (unsigned subset = 0; subset < 64; ++subset) {
            std::vector<Address> claimed;
            for (std::size_t i = 0; i < 6; ++i) {
                if ((subset >> i & 1) != 0) {
                    claimed.push_back(order[i]);
                }
            }
            const bool is_prefix = (subset & (subset + 1)) == 0;
            const auto proof = find_exclusion(context(seed), pool, claimed);
            ASSERT_EQ(proof.has_value(), !is_prefix) << "subset " << subset;
            if (proof) {
                ASSERT_EQ(check_exclusion(context(seed), pool, claimed, *proof), ExclusionVerdict::Proven);
            }
        }
    }
}

/// No proof against a right draw passes, whoever and whatever it names.
TEST(Exclusion, NeverConvictsARightDraw) {
    const StakeTable pool = pool_of({1, 3, 1, 2, 1, 4});
    for (std::size_t size = 0; size <= 6; ++size) {
        const auto set = draw(context(9), pool, size);
        for (std::uint32_t excluded = 0; excluded < 7; ++excluded) {
            for (std::uint32_t member = 0; member < 7; ++member) {
                for (std::uint32_t unit = 0; unit < 5; ++unit) {
                    ASSERT_NE(check_exclusion(context(9), pool, set, {executor(excluded), unit, executor(member)}),
                              ExclusionVerdict::Proven);
                }
            }
        }
    }
}

TEST(Exclusion, SaysWhyAProofProvesNothing) {
    const StakeTable pool = pool_of({2, 2, 2, 2});
    const auto order = ticket_order(context(10), pool);
    const std::vector<Address> claimed{order[1].executor, order[2].executor, executor(200)};
    const ExclusionProof good{order[0].executor, order[0].unit, order[2].executor};
    const auto check = [&](const ExclusionProof& proof) { return check_exclusion(context(10), pool, claimed, proof); };

    EXPECT_EQ(check(good), ExclusionVerdict::Proven);
    EXPECT_EQ(check({executor(99), 0, good.member}), ExclusionVerdict::ExcludedNotInPool);
    EXPECT_EQ(check({good.excluded, 2, good.member}), ExclusionVerdict::UnitNotStaked);
    EXPECT_EQ(check({order[1].executor, 0, good.member}), ExclusionVerdict::ExcludedIsMember);
    EXPECT_EQ(check({good.excluded, good.unit, order[3].executor}), ExclusionVerdict::MemberNotInSet);
    EXPECT_EQ(check({good.excluded, good.unit, executor(200)}), ExclusionVerdict::MemberNotInPool);
    EXPECT_EQ(check({order[3].executor, order[3].unit, good.member}), ExclusionVerdict::TicketNotSmaller);
}

}  // namespace
}  // namespace cone::sortition
