// The projection is the minimiser: Karush-Kuhn-Tucker conditions and comparison with other feasible points.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/osmd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "cone/base/rng.hpp"

namespace cone::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Case {
    double alpha;
    std::vector<double> log_values;
};

/// Case `index`: n from 3 to 30, alpha from 0.01 to 1, logs spread over up to 40 units.
Case random_case(std::uint32_t index) {
    const Rng random(5, RngStream::Probe, index);
    Case c{0.01 + 0.99 * random.uniform(0), {}};
    const auto n = 3 + random.below(1, 28);
    const double spread = 40 * random.uniform(2) * random.uniform(3);
    for (std::uint64_t i = 0; i < n; ++i) {
        c.log_values.push_back(spread * (random.uniform(10 + i) - 0.5));
    }
    return c;
}

std::vector<double> project(const Case& c) {
    std::vector<double> p(c.log_values.size());
    EXPECT_EQ(kl_project(c.log_values, c.alpha, p), Status::Ok);
    return p;
}

double sum_of(const std::vector<double>& p) {
    return std::accumulate(p.begin(), p.end(), 0.0);
}

/// KL divergence of q from the unnormalised weights, up to a constant.
double divergence(const std::vector<double>& q, const Case& c) {
    double sum = 0;
    for (std::size_t i = 0; i < q.size(); ++i) {
        sum += q[i] * (std::log(q[i]) - c.log_values[i]);
    }
    return sum;
}

void expect_feasible(const std::vector<double>& p, double alpha) {
    EXPECT_NEAR(sum_of(p), 1, 1e-13);
    for (const double value : p) {
        EXPECT_GE(value, alpha / static_cast<double>(p.size()));
    }
}

/// ln(p / ptilde) is one number on free coordinates and not smaller on clipped ones.
void expect_kkt(const std::vector<double>& p, const Case& c) {
    const double floor = c.alpha / static_cast<double>(p.size());
    double multiplier = kInf;
    for (std::size_t i = 0; i < p.size(); ++i) {
        multiplier = std::min(multiplier, std::log(p[i]) - c.log_values[i]);
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] > floor * (1 + 1e-9)) {
            EXPECT_NEAR(std::log(p[i]) - c.log_values[i], multiplier, 1e-9);
        }
    }
}

TEST(KlProject, FulfilsTheOptimalityConditionsOnRandomCases) {
    for (std::uint32_t index = 0; index < 500; ++index) {
        const Case c = random_case(index);

        const auto p = project(c);

        SCOPED_TRACE("case " + std::to_string(index));
        expect_feasible(p, c.alpha);
        expect_kkt(p, c);
    }
}

TEST(KlProject, IsNotBeatenByRandomFeasiblePoints) {
    for (std::uint32_t index = 0; index < 300; ++index) {
        const Case c = random_case(index);
        const auto p = project(c);
        const double best = divergence(p, c);
        const Rng random(6, RngStream::Probe, index);
        const auto n = p.size();
        for (std::uint64_t trial = 0; trial < 50; ++trial) {
            std::vector<double> other(n);
            for (std::size_t i = 0; i < n; ++i) {
                other[i] = -std::log(1 - random.uniform(trial * n + i));
            }
            const double total = sum_of(other);
            const double step = trial % 2 == 0 ? 1.0 : 0.01;  // far away, and close to p
            for (std::size_t i = 0; i < n; ++i) {
                const double feasible = c.alpha / static_cast<double>(n) + (1 - c.alpha) * other[i] / total;
                other[i] = p[i] + step * (feasible - p[i]);
            }
            ASSERT_GE(divergence(other, c), best - 1e-12) << "case " << index;
        }
    }
}

TEST(KlProject, KeepsADistributionThatIsAlreadyFeasible) {
    const auto p = project({0.1, {std::log(0.5), std::log(0.3), std::log(0.2)}});
    EXPECT_NEAR(p[0], 0.5, 1e-15);
    EXPECT_NEAR(p[1], 0.3, 1e-15);
    EXPECT_NEAR(p[2], 0.2, 1e-15);
}

TEST(KlProject, ClipsByHand) {
    // n = 4, alpha = 0.4: floor 0.1. Weights 100 : 50 : 1 : 1 leave 0.8 for the first two, in proportion 2 : 1.
    const auto p = project({0.4, {std::log(100.0), std::log(50.0), 0, 0}});
    EXPECT_NEAR(p[0], 0.8 * 2 / 3, 1e-15);
    EXPECT_NEAR(p[1], 0.8 / 3, 1e-15);
    EXPECT_EQ(p[2], 0.1);
    EXPECT_EQ(p[3], 0.1);
}

TEST(KlProject, IsUniformForAlphaOneAndForEqualWeights) {
    EXPECT_EQ(project({1.0, {7, -3, 0, 2}}), std::vector<double>(4, 0.25));
    for (const double alpha : {0.01, 0.5, 0.999999}) {
        EXPECT_EQ(project({alpha, std::vector<double>(4, -700)}), std::vector<double>(4, 0.25)) << alpha;
    }
    EXPECT_EQ(project({0.3, {123}}), std::vector<double>{1.0});
}

TEST(KlProject, DoesNotDependOnACommonFactorOrOnTheOrder) {
    const Case c{0.05, {1, 5, -2, 0.5, 3, -20}};
    Case shifted = c;
    for (double& value : shifted.log_values) {
        value += 512;
    }
    Case reversed = c;
    std::reverse(reversed.log_values.begin(), reversed.log_values.end());
    auto backwards = project(reversed);
    std::reverse(backwards.begin(), backwards.end());

    EXPECT_EQ(project(c), project(shifted));
    EXPECT_EQ(project(c), backwards);
}

TEST(KlProject, StaysFeasibleAtExtremeWeights) {
    for (const Case& c : {Case{0.01, {0, -1e300, -1e300}}, Case{0.01, {1e300, 0, 0}}, Case{1e-9, {-kInf, 0, -kInf}},
                          Case{0.999999999999, {0, -800, 900}}}) {
        expect_feasible(project(c), c.alpha);
    }
}

TEST(KlProject, RefusesNanAndInfiniteWeights) {
    std::vector<double> p(2);
    EXPECT_EQ(kl_project(std::vector<double>{0, std::nan("")}, 0.1, p), Status::NotFinite);
    EXPECT_EQ(kl_project(std::vector<double>{0, kInf}, 0.1, p), Status::NotFinite);
    EXPECT_EQ(kl_project(std::vector<double>{-kInf, -kInf}, 0.1, p), Status::NotFinite);
}

TEST(KlProjectDeathTest, StopsOnAnAlphaOutsideItsRangeOrSizesThatDiffer) {
    std::vector<double> p(2);
    EXPECT_DEATH((void)kl_project(std::vector<double>{0, 0}, 0.0, p), "alpha");
    EXPECT_DEATH((void)kl_project(std::vector<double>{0, 0}, 1.5, p), "alpha");
    EXPECT_DEATH((void)kl_project(std::vector<double>{0, 0, 0}, 0.5, p), "sizes");
}

TEST(OsmdStep, MovesLogProbabilitiesByEtaTimesFeedback) {
    std::vector<double> p{0.25, 0.25, 0.25, 0.25};

    ASSERT_EQ(osmd_step(p, std::vector<double>{1, 0, 0, 0}, 0.5, 0.01), Status::Ok);

    EXPECT_NEAR(std::log(p[0] / p[1]), 0.5, 1e-14);
    EXPECT_EQ(p[1], p[3]);
    expect_feasible(p, 0.01);
}

TEST(OsmdStep, WithoutFeedbackKeepsAFeasibleDistribution) {
    std::vector<double> p{0.7, 0.2, 0.1};

    ASSERT_EQ(osmd_step(p, std::vector<double>(3, 0.0), 1, 0.1), Status::Ok);

    EXPECT_NEAR(p[0], 0.7, 1e-15);
    EXPECT_NEAR(p[2], 0.1, 1e-15);
}

TEST(OsmdStep, HoldsAPunishedSellerAtTheFloorAndLetsItClimbAgain) {
    std::vector<double> p(10, 0.1);
    for (int round = 0; round < 200; ++round) {
        ASSERT_EQ(osmd_step(p, std::vector<double>{-2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 0.05), Status::Ok);
    }
    EXPECT_EQ(p[0], 0.005);
    ASSERT_EQ(osmd_step(p, std::vector<double>{2, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 0.05), Status::Ok);
    EXPECT_GT(p[0], 0.03);
}

}  // namespace
}  // namespace cone::kernels
