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
Job run_job(int slow) {
    test::JobHarness harness({});
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

TEST(BlindBridge, ReadsItsMailBeforeItCallsAMemberLate) {
    const int polls = run_job(-1).polls;
    ASSERT_GT(polls, 10);
    for (int slow = 0; slow < polls; ++slow) {
        const Job job = run_job(slow);
        EXPECT_EQ(job.outcome.state.status, RunStatus::Settled) << "poll " << slow << ": " << job.outcome.reason;
        EXPECT_EQ(job.slashed, 0U) << "poll " << slow;
        for (const auto& run : job.outcome.state.segments) {
            EXPECT_EQ(run.attempts.size(), 1U) << "poll " << slow;
        }
    }
}

}  // namespace
}  // namespace cone::node
