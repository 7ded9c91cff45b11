// Whole jobs whose members look at the chain themselves, and bring a vote that the bridge leaves out.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/node/whole_job.hpp"

namespace cone::node {
namespace {

std::size_t committed_by_themselves(const BridgeOutcome& outcome) {
    std::size_t count = 0;
    for (const auto& run : outcome.state.segments) {
        for (const auto& attempt : run.attempts) {
            count += static_cast<std::size_t>(std::count_if(attempt.members.begin(), attempt.members.end(),
                                                            [](const auto& member) { return member.direct.has_value(); }));
        }
    }
    return count;
}

/// In the turns of the harness.
bool comes_last(const Attempt& attempt, const MemberView& member) {
    return std::all_of(attempt.members.begin(), attempt.members.end(),
                       [&](const auto& other) { return other.executor <= member.executor; });
}

/// Every member has a node and ether of its own.
HarnessOptions with_own_voices() {
    HarnessOptions options;
    options.own_voices = true;
    options.own_endpoints = true;
    return options;
}

/// The bridge forgets this member's commitment, and there is time to commit without it.
HarnessOptions left_out_of_the_root(std::size_t member) {
    HarnessOptions options = with_own_voices();
    options.left_out = {member};
    options.rules.commit_blocks = 60;
    options.rules.reveal_blocks = 200;
    return options;
}

TEST(WholeJob, SettlesWhenEveryMemberLooksAtTheChainItself) {
    HarnessOptions options;
    options.own_endpoints = true;
    JobHarness job(options);
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

TEST(WholeJob, MemberWhoseEndpointIsDownLosesItsOwnVoteOnly) {
    for (std::size_t cut_off = 0; cut_off < 6; ++cut_off) {
        HarnessOptions options;
        options.own_endpoints = true;
        options.cut_off = {cut_off};
        JobHarness job(options);
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        for (const auto& [executor, fault] : job.chain().slashed()) {
            EXPECT_EQ(executor, test::address_of(cut_off));
            EXPECT_EQ(fault, ChainFault::NoReveal);
        }
        const auto said = [](const std::string& line) { return line.find("our endpoint: unreachable") != line.npos; };
        const auto kept_back = std::count_if(job.lines().begin(), job.lines().end(), said);
        EXPECT_EQ(job.chain().slashed().empty(), kept_back == 0) << "executor " << cut_off;
    }
}

/// One segment: afterwards the bridge takes the member for unresponsive, and here it trains faster than it can say that it started.
TEST(WholeJob, MemberThatTheBridgeIgnoresBringsItsVoteItself) {
    for (std::size_t ignored = 0; ignored < 6; ++ignored) {
        HarnessOptions options = with_own_voices();
        options.segments = 1;
        options.ignored = {ignored};
        JobHarness job(options);
        const auto outcome = job.run();

        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
        EXPECT_EQ(job.chain().verdict(SegmentIndex(0)), honest_verdict(1));
        EXPECT_TRUE(job.chain().slashed().empty()) << "executor " << ignored;
        EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 1U) << "executor " << ignored;
    }
}

/// After the first segment the bridge takes the member for unresponsive, and does not wait for it. Who trains takes time in which its
/// "started" makes the bridge wait again; here a member trains in the moment in which it says so, and whoever comes before it in the
/// harness's turn has committed by then. So it is left out of the root, and commits by itself.
TEST(WholeJob, MemberThatTheBridgeIgnoresOverThreeSegmentsLosesNothing) {
    std::size_t by_itself = 0;
    for (std::size_t ignored = 0; ignored < 6; ++ignored) {
        HarnessOptions options = with_own_voices();
        options.ignored = {ignored};
        JobHarness job(options);
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        EXPECT_TRUE(job.chain().slashed().empty()) << "executor " << ignored;
        by_itself += committed_by_themselves(outcome);
        for (const auto& run : outcome.state.segments) {
            for (const auto& member : run.attempts.at(0).members) {
                const bool left_out = run.attempts[0].members.size() == 3 && member.commitment.is_zero();
                EXPECT_TRUE(!left_out || comes_last(run.attempts[0], member)) << "executor " << ignored;
            }
        }
    }
    EXPECT_GT(by_itself, 0U);
}

TEST(WholeJob, MemberThatTheBridgeIgnoresIsSlashedWithoutAVoiceOfItsOwn) {
    std::size_t slashed = 0;
    for (std::size_t ignored = 0; ignored < 6; ++ignored) {
        HarnessOptions options;
        options.segments = 1;
        options.ignored = {ignored};
        JobHarness job(options);
        (void)job.run();
        slashed += job.chain().slashed().count(test::address_of(ignored));
    }
    EXPECT_EQ(slashed, 3U) << "whoever was asked: the voice makes the difference";
}

/// The bridge hears neither its commitment nor its vote: the member commits by its own transaction while commitments are taken, and
/// brings the vote that opens it.
TEST(WholeJob, MemberThatTheBridgeLeavesOutCommitsAndVotesItself) {
    std::size_t by_itself = 0;
    for (std::size_t left_out = 0; left_out < 6; ++left_out) {
        HarnessOptions options = left_out_of_the_root(left_out);
        options.segments = 1;
        options.ignored = {left_out};
        JobHarness job(options);
        const auto outcome = job.run();

        EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
        EXPECT_EQ(job.chain().verdict(SegmentIndex(0)), honest_verdict(1));
        EXPECT_TRUE(job.chain().slashed().empty()) << "executor " << left_out;
        EXPECT_EQ(outcome.state.segments.at(0).attempts.size(), 1U) << "executor " << left_out;
        by_itself += committed_by_themselves(outcome);
    }
    EXPECT_EQ(by_itself, 3U) << "whoever was asked";
}

/// Only the commitment is lost on the way: a bridge that hears the vote brings it with the others.
TEST(WholeJob, BridgeBringsTheVoteOfAMemberThatCommittedByItself) {
    std::size_t by_itself = 0;
    for (std::size_t left_out = 0; left_out < 6; ++left_out) {
        HarnessOptions options = left_out_of_the_root(left_out);
        JobHarness job(options);
        const auto outcome = job.run();

        expect_settled_right(job, outcome);
        EXPECT_TRUE(job.chain().slashed().empty()) << "executor " << left_out;
        by_itself += committed_by_themselves(outcome);
    }
    EXPECT_GT(by_itself, 0U);
}

TEST(WholeJob, MemberThatTheBridgeLeavesOutLosesWhereNobodyMayCommitDirectly) {
    std::size_t slashed = 0;
    for (std::size_t left_out = 0; left_out < 6; ++left_out) {
        HarnessOptions options = with_own_voices();
        options.segments = 1;
        options.left_out = {left_out};
        options.rules.commit_blocks = 0;
        JobHarness job(options);
        (void)job.run();
        slashed += job.chain().slashed().count(test::address_of(left_out));
    }
    EXPECT_EQ(slashed, 3U);
}

TEST(WholeJob, VotesThatTheBridgeBroughtAreNotCountedTwice) {
    HarnessOptions options;
    options.own_voices = true;
    options.rules.challenge_blocks = 100;  // long enough for every member to try
    JobHarness job(options);
    const auto outcome = job.run();

    expect_settled_right(job, outcome);
    EXPECT_TRUE(job.chain().slashed().empty());
}

}  // namespace
}  // namespace cone::node
