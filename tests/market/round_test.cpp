// One round's bookkeeping: draws, norm bound, and the three aggregation rules by hand-computed cases.
// SPDX-License-Identifier: Apache-2.0
#include "cone/market/round.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace cone::market {
namespace {

using job::Aggregation;
using Doubles = std::vector<double>;
using Counts = std::vector<std::uint32_t>;
constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

TEST(DrawSellers, IsTheSameForTheSameArguments) {
    const Doubles p{0.1, 0.2, 0.3, 0.4};
    EXPECT_EQ(draw_sellers(7, RoundIndex(3), p, 20), draw_sellers(7, RoundIndex(3), p, 20));
    EXPECT_NE(draw_sellers(7, RoundIndex(3), p, 20), draw_sellers(7, RoundIndex(4), p, 20));
    EXPECT_NE(draw_sellers(7, RoundIndex(3), p, 20), draw_sellers(8, RoundIndex(3), p, 20));
}

TEST(DrawSellers, DrawsOneAtATime) {
    const Doubles p(12, 1.0 / 12);
    const Counts longer = draw_sellers(7, RoundIndex(0), p, 30).draws;
    const Counts shorter = draw_sellers(7, RoundIndex(0), p, 11).draws;
    EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
}

TEST(DrawSellers, CountsEverySellerItDrew) {
    for (std::uint32_t round = 0; round < 50; ++round) {
        const SellerDraw draw = draw_sellers(1, RoundIndex(round), Doubles(5, 0.2), 8);
        EXPECT_EQ(draw.draws.size(), 8u);
        EXPECT_EQ(std::accumulate(draw.times.begin(), draw.times.end(), 0u), 8u);
        EXPECT_TRUE(std::is_sorted(draw.picked.begin(), draw.picked.end()));
        for (std::size_t i = 0; i < draw.picked.size(); ++i) {
            EXPECT_EQ(std::count(draw.draws.begin(), draw.draws.end(), draw.picked[i]), draw.times[i]);
        }
    }
}

TEST(DrawSellers, FollowsTheDistributionWithinThreeSigma) {
    const Doubles p{0.5, 0.25, 0.2, 0.05};
    const SellerDraw draw = draw_sellers(99, RoundIndex(0), p, 100'000);
    ASSERT_EQ(draw.picked, (Counts{0, 1, 2, 3}));
    for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_NEAR(draw.times[i], 1e5 * p[i], 3 * std::sqrt(1e5 * p[i] * (1 - p[i])));
    }
}

TEST(DrawSellers, NeverDrawsProbabilityZeroAndNeverMisses) {
    EXPECT_EQ(draw_sellers(5, RoundIndex(0), Doubles{0, 1, 0}, 1000).picked, Counts{1});
    EXPECT_EQ(draw_sellers(5, RoundIndex(0), Doubles{1}, 3).draws, (Counts{0, 0, 0}));
    const SellerDraw short_sum = draw_sellers(5, RoundIndex(0), Doubles{0.25, 0.25}, 100);  // rounding, exaggerated
    EXPECT_EQ(short_sum.picked, (Counts{0, 1}));
}

TEST(NormBound, IsTheLowerMedian) {
    EXPECT_EQ(norm_bound(Doubles{3}), 3);
    EXPECT_EQ(norm_bound(Doubles{4, 1}), 1);
    EXPECT_EQ(norm_bound(Doubles{9, 1, 5}), 5);
    EXPECT_EQ(norm_bound(Doubles{9, 1, 5, 7}), 5);
}

TEST(NormBound, LeavesOutNormsThatAreNotFinite) {
    EXPECT_EQ(norm_bound(Doubles{kInf, 2, kNan, 3, kInf}), 2);
    EXPECT_EQ(norm_bound(Doubles{kInf, kNan}), 0);
    EXPECT_EQ(norm_bound({}), 0);
}

TEST(NormFactors, ShrinkOnlyLongUpdatesAndOnlyUnderCOsmd) {
    const Doubles norms{1, 2, 8};
    EXPECT_EQ(norm_factors(Aggregation::COsmd, norms), (Doubles{1, 1, 0.25}));
    EXPECT_EQ(norm_factors(Aggregation::OsmdDm, norms), (Doubles{1, 1, 1}));
    EXPECT_EQ(norm_factors(Aggregation::FedAvg, norms), (Doubles{1, 1, 1}));
}

TEST(NormFactors, DropUpdatesThatAreNotFiniteUnderEveryRule) {
    for (const auto kind : {Aggregation::COsmd, Aggregation::OsmdDm, Aggregation::FedAvg}) {
        EXPECT_EQ(norm_factors(kind, Doubles{kInf, 1, kNan}), (Doubles{0, 1, 0}));
    }
}

TEST(NormFactors, KeepZeroUpdates) {
    EXPECT_EQ(norm_factors(Aggregation::COsmd, Doubles{0, 0, 5}),
              (Doubles{1, 1, 0}));  // the median is 0: nothing may exceed it
    EXPECT_EQ(norm_factors(Aggregation::COsmd, Doubles{0, 5, 5}), (Doubles{1, 1, 1}));
}

/// Four sellers, K = 4, seller 1 drawn twice, sellers 0 and 3 once; every p is 1/4, so K p = 1.
struct Played {
    SellerDraw draw{{1, 3, 0, 1}, {0, 1, 3}, {1, 2, 1}};
    Doubles p = Doubles(4, 0.25);
    Counts accesses{10, 20, 30, 40};
    Doubles norms{1, 1, 1};
    job::OsmdSpec osmd{Aggregation::COsmd, 4, 0.01, 1.0, 2.0};

    RoundDecision decide(const Doubles& gains) const { return decide_round(osmd, {p, accesses, draw, norms, gains}); }
};

/// ln(p_i / p_2): seller 2 was not drawn, so this is eta times the feedback of i.
double feedback(const RoundDecision& decision, std::size_t i) {
    return std::log(decision.distribution[i] / decision.distribution[2]);
}

TEST(COsmd, CountsOnlyUpdatesThatHelped) {
    const RoundDecision decision = Played{}.decide({0.1, 0.2, -0.1});
    EXPECT_EQ(decision.weights, (Counts{1, 2, 0}));
    EXPECT_EQ(decision.total_weight, 3u);
    EXPECT_EQ(decision.accesses, (Counts{11, 22, 30, 40}));
    EXPECT_EQ(passed_sellers(Played{}.draw, decision), (Counts{0, 1}));
}

TEST(COsmd, DoesNotCountAGainOfZero) {
    EXPECT_EQ(Played{}.decide({0, -0.0, 1e-300}).weights, (Counts{0, 0, 1}));
}

TEST(COsmd, WeighsFeedbackByMultiplicityAndClipsIt) {
    const RoundDecision decision = Played{}.decide({0.1, 0.2, -7});
    EXPECT_NEAR(feedback(decision, 0), 0.1, 1e-12);
    EXPECT_NEAR(feedback(decision, 1), 0.4, 1e-12);
    EXPECT_NEAR(feedback(decision, 3), -2, 1e-12);
    const RoundDecision lucky = Played{}.decide({50, 0, 0});
    EXPECT_NEAR(feedback(lucky, 0), 2, 1e-12);
}

TEST(COsmd, LeavesTheModelAloneWhenNothingHelped) {
    const Played played;
    const RoundDecision decision = played.decide({-1, -1, -1});
    EXPECT_EQ(decision.total_weight, 0u);
    EXPECT_EQ(decision.accesses, played.accesses);
    EXPECT_TRUE(passed_sellers(played.draw, decision).empty());
}

TEST(COsmd, PunishesBrokenUpdatesWithoutBreaking) {
    Played played;
    played.norms = {kNan, 1, kInf};
    for (const double gain : {1.0, kNan, -kInf}) {
        const RoundDecision decision = played.decide({gain, 0.5, gain});
        EXPECT_EQ(decision.weights, (Counts{0, 2, 0}));
        EXPECT_NEAR(feedback(decision, 0), -2, 1e-12);
        EXPECT_NEAR(feedback(decision, 3), -2, 1e-12);
    }
}

TEST(COsmd, TakesAGainThatIsNanForAHarm) {
    const RoundDecision decision = Played{}.decide({kNan, 0.5, kInf});
    EXPECT_EQ(decision.weights, (Counts{0, 2, 1}));
    EXPECT_NEAR(feedback(decision, 0), -2, 1e-12);
    EXPECT_NEAR(feedback(decision, 3), 2, 1e-12);
}

TEST(OsmdDm, CountsEveryPickAndDoesNotClip) {
    Played played;
    played.osmd.aggregation = Aggregation::OsmdDm;

    const RoundDecision decision = played.decide({-2.5, 0.2, 3});

    EXPECT_EQ(decision.weights, (Counts{1, 2, 1}));
    EXPECT_EQ(decision.total_weight, 4u);
    EXPECT_EQ(decision.accesses, (Counts{11, 22, 30, 41}));
    EXPECT_NEAR(feedback(decision, 0), -2.5, 1e-12);
    EXPECT_NEAR(feedback(decision, 1), 0.2, 1e-12);  // drawn twice, counted once: OSMD-DM as published
    EXPECT_NEAR(feedback(decision, 3), 3, 1e-12);
}

TEST(OsmdDm, SurvivesInfiniteGains) {
    Played played;
    played.osmd.aggregation = Aggregation::OsmdDm;
    for (const Doubles& gains : {Doubles{-kInf, 0, 0}, Doubles{kInf, 0, 0}, Doubles{kNan, kNan, kNan}}) {
        const auto p = played.decide(gains).distribution;
        EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-12);
        EXPECT_GE(*std::min_element(p.begin(), p.end()), 0.0025);
    }
}

TEST(OsmdDm, CannotAddWhatIsNotFinite) {
    Played played;
    played.osmd.aggregation = Aggregation::OsmdDm;
    played.norms = {kNan, 1, 1};
    const RoundDecision decision = played.decide({1, 1, 1});
    EXPECT_EQ(decision.weights, (Counts{0, 2, 1}));
    EXPECT_EQ(decision.accesses[0], played.accesses[0]);
}

TEST(FedAvg, CountsEveryPickAndKeepsTheDistribution) {
    Played played;
    played.osmd.aggregation = Aggregation::FedAvg;

    const RoundDecision decision = played.decide({-3, 0.2, kNan});

    EXPECT_EQ(decision.weights, (Counts{1, 2, 1}));
    EXPECT_EQ(decision.distribution, uniform_distribution(4));
    EXPECT_EQ(decision.accesses, (Counts{11, 22, 30, 41}));
}

TEST(DecideRoundDeathTest, StopsOnSizesThatDiffer) {
    const Played played;
    EXPECT_DEATH((void)played.decide({1, 2}), "one gain a picked seller");
    const Doubles gains(3);
    const Doubles two_norms(2);
    EXPECT_DEATH((void)decide_round(played.osmd, {played.p, played.accesses, played.draw, two_norms, gains}), "one norm");
    const Counts three_accesses(3);
    EXPECT_DEATH((void)decide_round(played.osmd, {played.p, three_accesses, played.draw, played.norms, gains}),
                 "one entry a seller");
}

}  // namespace
}  // namespace cone::market
