// Required lead by the tables, and the verdict on all small standings.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/lead.hpp"

#include <gtest/gtest.h>

#include "letters.hpp"

namespace cone::agreement {
namespace {

/// performance.md 7, beta = 1e-6, column k; d2m.md 2.3 for f_max = 0.35 and 0.45.
TEST(RequiredLead, MatchesTheTables) {
    EXPECT_EQ(required_lead(0.10, 1e-6), 7u);
    EXPECT_EQ(required_lead(0.20, 1e-6), 10u);
    EXPECT_EQ(required_lead(0.30, 1e-6), 17u);
    EXPECT_EQ(required_lead(0.35, 1e-6), 23u);
    EXPECT_EQ(required_lead(0.40, 1e-6), 35u);
    EXPECT_EQ(required_lead(0.35, 1e-3), 12u);
    EXPECT_EQ(required_lead(0.35, 1e-9), 34u);
    EXPECT_EQ(required_lead(0.45, 1e-20), 230u);
    EXPECT_EQ(required_lead(0.25, 0.05), 3u);
}

TEST(RequiredLead, DoesNotRoundUpAnExactQuotient) {
    EXPECT_EQ(required_lead(0.2, 1.0 / 17), 2u);  // ln 16 / ln 4
    EXPECT_EQ(required_lead(0.2, 1.0 / 65), 3u);  // ln 64 / ln 4
    EXPECT_EQ(required_lead(0.25, 0.1), 2u);      // ln 9 / ln 3
}

TEST(RequiredLeadDeathTest, StopsOutsideTheOpenHalf) {
    for (const double bad : {0.0, 0.5, -0.1, 0.7}) {
        EXPECT_DEATH((void)required_lead(bad, 0.1), "lie in");
        EXPECT_DEATH((void)required_lead(0.1, bad), "lie in");
    }
}

VerdictInput standing(std::uint32_t best, std::uint32_t second, std::uint32_t outstanding) {
    return {{letter('R'), best, second}, 3, outstanding, 6, 12};
}

TEST(Verdict, IsAcceptedAtTheLeadAndNotBelow) {
    EXPECT_EQ(verdict(standing(3, 0, 0)), Verdict::Accepted);
    EXPECT_EQ(verdict(standing(5, 2, 0)), Verdict::Accepted);
    EXPECT_EQ(verdict(standing(4, 2, 0)), Verdict::Undecided);
    EXPECT_EQ(verdict(standing(0, 0, 0)), Verdict::Undecided);
}

TEST(Verdict, ComesEarlyOnlyWhenNothingCanChangeIt) {
    EXPECT_EQ(verdict(standing(5, 0, 2)), Verdict::Accepted);
    EXPECT_EQ(verdict(standing(4, 0, 2)), std::nullopt);
    EXPECT_EQ(verdict(standing(0, 0, 1)), std::nullopt);
}

TEST(Verdict, IsVoidWhenNobodyIsLeftToAsk) {
    VerdictInput input = standing(4, 2, 0);
    input.members = input.pool;
    EXPECT_EQ(verdict(input), Verdict::Void);
    input.standing.best_votes = 5;
    EXPECT_EQ(verdict(input), Verdict::Accepted);
    input.outstanding = 1;
    EXPECT_EQ(verdict(input), std::nullopt);
}

TEST(Verdict, DoesNotOverflowOnEndlessOutstandingVotes) {
    EXPECT_EQ(verdict(standing(5, 0, 0xffffffff)), std::nullopt);
}

TEST(VerdictDeathTest, StopsOnALeadOfZero) {
    VerdictInput input = standing(1, 1, 0);
    input.required_lead = 0;
    EXPECT_DEATH((void)verdict(input), "accept a tie");
}

}  // namespace
}  // namespace cone::agreement
