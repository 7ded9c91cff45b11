// What a run leaves behind says what happened: votes, the liar, money to the wei, and a receipt in the order of the chain.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/record.hpp"

#include <gtest/gtest.h>

#include "tests/support/job_harness.hpp"

namespace cone::node {
namespace {

using test::HarnessOptions;
using test::JobHarness;

BridgeOutcome run_with(std::vector<PlannedFault> faults) {
    HarnessOptions options;
    options.faults = std::move(faults);
    options.rules.reveal_blocks = 25;  // over when the late one reveals
    JobHarness job(options);
    return job.run();
}

TEST(Record, NamesTheLiarAndCountsVotesByDigest) {
    const auto outcome = run_with({{SegmentIndex(1), 1, FaultKind::WrongDigest}});

    const auto result = make_result(outcome, {});

    ASSERT_EQ(result.faults_caught.size(), 1U);
    EXPECT_EQ(result.faults_caught[0].kind, "wrong-digest");
    EXPECT_EQ(result.faults_caught[0].segment, SegmentIndex(1));
    EXPECT_TRUE(result.faults_caught[0].slashed);
    EXPECT_EQ(result.executor_addresses.at(result.faults_caught[0].executor_index), result.faults_caught[0].executor);
    const auto& segment = result.segments.at(1);
    EXPECT_EQ(segment.set_sizes, (std::vector<std::uint32_t>{3, 6}));
    EXPECT_EQ(segment.votes.at(to_hex(segment.digest)), 5U);
    EXPECT_EQ(segment.votes.size(), 2U);
    EXPECT_EQ(segment.lead, 4U);
}

TEST(Record, AccusesNobodyAfterAnHonestRun) {
    const auto result = make_result(run_with({}), {});

    EXPECT_EQ(result.status, "settled");
    EXPECT_TRUE(result.faults_caught.empty());
    for (const auto& segment : result.segments) {
        EXPECT_EQ(segment.verdict, "accepted");
        EXPECT_EQ(segment.votes.size(), 1U);
    }
}

TEST(Record, TellsLateFromSilent) {
    const auto late = make_result(run_with({{SegmentIndex(0), 1, FaultKind::Late}}), {});
    const auto silent = make_result(run_with({{SegmentIndex(0), 1, FaultKind::Silent}}), {});

    ASSERT_FALSE(late.faults_caught.empty());  // where it is drawn again while nobody waits for it, it misses that too
    ASSERT_FALSE(silent.faults_caught.empty());
    EXPECT_EQ(late.faults_caught[0].kind, "late");
    EXPECT_EQ(silent.faults_caught[0].kind, "no-reveal");
}

TEST(Record, ReceiptHoldsEveryCountedVoteAndNoOther) {
    const auto outcome = run_with({{SegmentIndex(1), 1, FaultKind::WrongDigest}, {SegmentIndex(2), 0, FaultKind::Silent}});

    const auto receipt = make_receipt(outcome.state, {});

    ASSERT_EQ(receipt.segments.size(), 3U);
    for (const auto& segment : receipt.segments) {
        EXPECT_EQ(hash::segment_digest(segment.opening), segment.digest);
        EXPECT_FALSE(segment.trace.empty());
        for (const auto& attempt : segment.attempts) {
            EXPECT_EQ(attempt.members.size(), attempt.commitments.size());
            for (const auto& vote : attempt.votes) {
                EXPECT_EQ(attempt.members.at(vote.position), vote.executor);
            }
        }
    }
    EXPECT_EQ(receipt.segments[1].attempts.size(), 2U);
    EXPECT_EQ(receipt.segments[2].attempts.at(0).votes.size(), 2U);
    EXPECT_TRUE(receipt.segments[2].attempts.at(0).commitments.at(0).is_zero());
}

}  // namespace
}  // namespace cone::node
