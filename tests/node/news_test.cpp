// The bridge looks at the chain as soon as it knows that a transaction of its own was mined: nobody waits for its next usual look.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/job_harness.hpp"

namespace cone::node {
namespace {

constexpr Millis kSeldom{300};

/// How long each attempt's members waited between the last commitment and the word that its root is in a block.
std::vector<Millis> waits(bool tells_news) {
    test::HarnessOptions options;
    options.poll = kSeldom;
    options.rules.commit_blocks = 0;
    test::JobHarness job(options);
    job.chain().tells_news = tells_news;
    const auto outcome = job.run();
    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    std::vector<Millis> all;
    for (const auto& run : outcome.state.segments) {
        for (const auto& attempt : run.attempts) {
            all.push_back(attempt.revealed - attempt.sealed);
        }
    }
    return all;
}

TEST(News, OfOurOwnTransactionIsReadBeforeTheNextUsualLook) {
    const auto told = waits(true);
    ASSERT_EQ(told.size(), 3U);
    for (const Millis wait : told) {
        EXPECT_LE(wait, Millis{20}) << "the turn after the one in which it was sent";
    }
}

TEST(News, WithoutThemTheRootIsSeenAtTheNextUsualLook) {
    const auto untold = waits(false);
    ASSERT_EQ(untold.size(), 3U);
    EXPECT_GT(*std::max_element(untold.begin(), untold.end()), kSeldom / 2);
}

}  // namespace
}  // namespace cone::node
