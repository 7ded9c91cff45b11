// What the terminal shows.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/sample_result.hpp"

namespace cone::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Summary, SaysWhatPeopleAsk) {
    const std::string text = summary(sample::demo_result(), "cone-out/latest");

    EXPECT_THAT(text, HasSubstr("job 1 (demo): settled\n"));
    EXPECT_THAT(text, HasSubstr("  accuracy   97.62% after 6 rounds (asked for 90.00%)\n"));
    EXPECT_THAT(text, HasSubstr("  escrow     3 ETH\n"));
    EXPECT_THAT(text, HasSubstr("  sellers    2.1 ETH: seller 5 0.5, seller 2 0.4, "));
    EXPECT_THAT(text, HasSubstr(" and 2 others\n"));
    EXPECT_THAT(text, HasSubstr("  refund     0 ETH\n"));
    EXPECT_THAT(text, HasSubstr("  corrupted  4 sellers got 0.00% of the sellers' pay\n"));
    EXPECT_THAT(text, HasSubstr("  caught     executor 4 in segment 1: wrong-digest, 0.5 ETH slashed\n"));
    EXPECT_THAT(text, HasSubstr("  time       106.3 s (chain 1.7 s, "));
    EXPECT_THAT(text, HasSubstr("  report     cone-out/latest/report.html\n"));
}

TEST(Summary, SaysWhenNothingWasAgreed) {
    const std::string text = summary(sample::void_result(), "out");

    EXPECT_THAT(text, HasSubstr(": void\n"));
    EXPECT_THAT(text, HasSubstr("none: no round was accepted"));
    EXPECT_THAT(text, HasSubstr("  refund     3 ETH: buyer 1 3\n"));
    EXPECT_THAT(text, HasSubstr("4 sellers got nothing, like all others"));
    EXPECT_THAT(text, HasSubstr("  caught     nobody\n"));
}

TEST(Summary, SaysNothingOfCorruptionThatNobodyPlanted) {
    RunResult result = sample::demo_result();
    for (SellerView& seller : result.sellers) {
        seller.corrupted = false;
    }

    EXPECT_THAT(summary(result, "out"), Not(HasSubstr("corrupted ")));
}

TEST(Summary, SurvivesAnEmptyResult) {
    EXPECT_THAT(summary(RunResult{}, ""), HasSubstr("job 0"));
}

}  // namespace
}  // namespace cone::report
