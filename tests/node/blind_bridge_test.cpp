// The node keeps the bridge waiting, longer than any deadline, at every moment of a job: nobody pays for it.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/job_harness.hpp"

namespace cone::node {
namespace {

constexpr Millis kLongerThanAnyDeadline{700};

struct Job {
    BridgeOutcome outcome;
    int polls = 0;
    std::size_t slashed = 0;
};

/// A job of honest executors whose bridge is kept waiting by poll number `slow`.
Job run_job(int slow, Millis mail_lag) {
    test::HarnessOptions options;
    options.mail_lag = mail_lag;
    test::JobHarness harness(options);
    Job job;
    harness.chain().while_polled = [&](int poll) {
        job.polls = poll + 1;
        if (poll == slow) {
            harness.run_executors_alone(kLongerThanAnyDeadline);
        }
    };
    job.outcome = harness.run();
    job.slashed = harness.chain().slashed().size();
    return job;
}

class BlindBridge : public testing::TestWithParam<int> {};

TEST_P(BlindBridge, ReadsItsMailBeforeItCallsAMemberLate) {
    const Millis lag{GetParam()};
    const int polls = run_job(-1, lag).polls;
    ASSERT_GT(polls, 10);
    for (int slow = 0; slow < polls; ++slow) {
        const Job job = run_job(slow, lag);
        EXPECT_EQ(job.outcome.state.status, RunStatus::Settled) << "poll " << slow << ": " << job.outcome.reason;
        EXPECT_EQ(job.slashed, 0U) << "poll " << slow;
        for (const auto& run : job.outcome.state.segments) {
            EXPECT_EQ(run.attempts.size(), 1U) << "poll " << slow;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(MailLagMs, BlindBridge, testing::Values(0, 40), testing::PrintToStringParamName());

}  // namespace
}  // namespace cone::node
