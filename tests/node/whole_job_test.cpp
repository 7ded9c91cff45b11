// Whole jobs, from an honest run to dead and refusing executors, challenges and an interrupted bridge.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/node/whole_job.hpp"

namespace cone::node {
namespace {

TEST(WholeJob, HonestRunSettles) {
    JobHarness job({});
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
    EXPECT_TRUE(job.chain().refusals().empty());
    EXPECT_TRUE(outcome.unheard.empty());
    for (const auto& run : outcome.state.segments) {
        EXPECT_EQ(run.attempts.size(), 1U);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(job.end_of(i), ExecutorEnd::Stopped);
    }
}

TEST(WholeJob, RefusedExecutorIsNamedAndDoesNotRun) {
    HarnessOptions options;
    options.executors = 7;
    options.refusing = {2};
    JobHarness job(options);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Settled);
    EXPECT_EQ(outcome.state.executors[2].standing, Standing::Refused);
    EXPECT_EQ(outcome.state.executors[2].reason, "probe differs");
    EXPECT_EQ(job.end_of(2), ExecutorEnd::Stopped);
    EXPECT_TRUE(outcome.all_alive);
}

TEST(WholeJob, NobodyJoinedFailsWithTryAgain) {
    HarnessOptions options;
    options.refusing = {0, 1, 2, 3, 4, 5};
    JobHarness job(options);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Failed);
    EXPECT_EQ(outcome.code, ExitCode::TryAgain);
}

TEST(WholeJob, ExecutorThatNeverAnswersCostsTheJoinDeadlineOnly) {
    JobHarness job({});
    job.stop_stepping(3, false);
    const auto outcome = job.run();

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.executors[3].standing, Standing::Lost);
    EXPECT_FALSE(outcome.all_alive);
    EXPECT_EQ(job.end_of(0), ExecutorEnd::Abandoned);
    EXPECT_EQ(outcome.unheard, std::set<std::size_t>{3});
}

TEST(WholeJob, ExecutorThatDiesBetweenSegmentsIsNotWaitedFor) {
    JobHarness job({});
    bool killed = false;
    const auto outcome = job.run([&](JobHarness& h) {
        if (!killed && h.chain().verdict(SegmentIndex(0))) {
            h.stop_stepping(0, true);
            killed = true;
        }
    });

    expect_settled_right(job, outcome);
    EXPECT_EQ(outcome.state.executors[0].standing, Standing::Lost);
    EXPECT_EQ(outcome.state.executors[0].reason, "its process died");
}

TEST(WholeJob, InterruptedBridgeStopsEverybodyAndSays130) {
    JobHarness job({});
    int turn = 0;
    const auto outcome = job.run([&](JobHarness& h) {
        if (++turn == 10) {
            h.interrupt();
        }
    });

    EXPECT_EQ(outcome.code, ExitCode::Interrupted);
    EXPECT_FALSE(outcome.all_alive);
    EXPECT_TRUE(outcome.unheard.empty());
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(job.end_of(i), ExecutorEnd::Abandoned);  // the bridge does not stay for MPI_Finalize
    }
}

/// Somebody challenges the first segment's verdict as soon as it is there, once.
std::function<void(JobHarness&)> challenge_of_the_first_verdict() {
    return [challenged = false](JobHarness& job) mutable {
        if (!challenged && job.chain().verdict(SegmentIndex(0))) {
            job.chain().challenge(SegmentIndex(0), test::address_of(77));
            challenged = true;
        }
    };
}

TEST(WholeJob, ChallengeThatFindsNothingKeepsTheVerdict) {
    HarnessOptions options;
    options.executors = 12;
    JobHarness job(options);
    const auto outcome = job.run(challenge_of_the_first_verdict());

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 2U);
    EXPECT_EQ(outcome.state.epoch, 0);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
}

TEST(WholeJob, ChallengeOfALieFlipsTheVerdictAndRedoesWhatWasBuiltOnIt) {
    HarnessOptions options = with_faults({{SegmentIndex(0), 0, FaultKind::WrongDigest},
                                          {SegmentIndex(0), 1, FaultKind::WrongDigest},
                                          {SegmentIndex(0), 2, FaultKind::WrongDigest}});
    options.executors = 24;
    JobHarness job(options);
    const auto outcome = job.run(challenge_of_the_first_verdict());

    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.state.epoch, 1);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
    EXPECT_EQ(job.chain().slashed().size(), 3U);
}

TEST(WholeJob, MoreExecutorsThanAreSettledAtOnceArePaidInPortions) {
    for (const std::size_t at_once : {1U, 64U, 65U, 66U}) {
        HarnessOptions options;
        options.executors = 66;
        options.lead = 66;
        options.segments = 1;
        options.rules.paid_at_once = at_once;
        JobHarness job(options);
        const auto outcome = job.run();

        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
        std::set<Address> paid;
        for (const auto& credit : outcome.state.credits) {
            if (credit.role == "executor") {
                EXPECT_TRUE(paid.insert(credit.payee).second) << "paid twice";
            }
        }
        EXPECT_EQ(paid.size(), 66U) << at_once;
        const auto calls = std::count_if(outcome.costs.begin(), outcome.costs.end(),
                                         [](const auto& cost) { return cost.call == "JobBoard.PayExecutors"; });
        EXPECT_EQ(calls, at_once == 66 ? 0 : at_once == 1 ? 66 : 2) << at_once;
        EXPECT_TRUE(job.chain().refusals().empty());
    }
}

}  // namespace
}  // namespace cone::node
