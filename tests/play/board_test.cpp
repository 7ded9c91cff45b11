// The simulated JobBoard: what it refuses, and where every wei goes. Whole games against the contracts: vectors games.json.
// SPDX-License-Identifier: Apache-2.0
#include "cone/play/board.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cone/play/game.hpp"

namespace cone::play {
namespace {

using job::JobState;
using job::SegmentState;

/// Twelve executors, three segments, seed fixed in block 104.
Board make_board(std::uint32_t executors = 12) {
    GameSetup setup;
    setup.executors = executors;
    const Cast cast = cast_of(setup, 5);
    std::vector<sortition::Stake> stakes;
    for (const Address& executor : cast.executors) {
        stakes.push_back({executor, 1});
    }
    JobTerms terms;
    terms.job_hash = cast.job_hash;
    terms.job_seed = cast.job_seeds.front();
    terms.pool_block = 100;
    terms.start_block = 104;
    terms.buyer = cast.buyer;
    return Board({}, terms, *sortition::StakeTable::from(stakes));
}

Hash32 digest(char letter) {
    Hash32 hash;
    hash.bytes.fill(static_cast<std::uint8_t>(letter));
    return hash;
}

/// Votes of the newest attempt: one letter a member, '-' for silence.
std::vector<agreement::Vote> votes_of(const Board& board, std::uint32_t segment, const std::string& letters) {
    const Attempt& attempt = board.segment(segment).attempts.back();
    std::vector<agreement::Vote> votes;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] != '-') {
            votes.push_back({attempt.number, attempt.members.at(i), digest(letters[i]), digest('w')});
        }
    }
    return votes;
}

/// Plays an attempt to its end.
void play_attempt(Board& board, std::uint32_t segment, const std::string& letters) {
    ASSERT_TRUE(board.post(segment));
    const Attempt attempt = board.segment(segment).attempts.back();
    ASSERT_EQ(attempt.members.size(), letters.size());
    board.reach(attempt.reveal_from);
    ASSERT_TRUE(board.cast(segment, votes_of(board, segment, letters)));
    if (board.segment(segment).state == SegmentState::Committed) {
        board.reach(attempt.reveal_until + 1);
        ASSERT_TRUE(board.close(segment));
    }
}

void finalize(Board& board, std::uint32_t segment) {
    board.reach(board.segment(segment).final_from);
    ASSERT_TRUE(board.finalize(segment));
}

Wei paid_in(std::uint32_t executors, std::uint32_t bonds) {
    return Wei(200 * kEther * executors + 3 * kEther + kEther * bonds);
}

TEST(Board, VotesOutsideTheWindowAreRefused) {
    Board board = make_board();
    ASSERT_TRUE(board.post(0));
    const auto votes = votes_of(board, 0, "RRR");
    EXPECT_FALSE(board.cast(0, votes)) << "the window opens in the next block";

    board.reach(board.segment(0).attempts.back().reveal_until + 1);
    EXPECT_FALSE(board.cast(0, votes)) << "late (P03)";
}

TEST(Board, VotesOfStrangersTwiceOrOfOtherAttemptsAreRefused) {
    Board board = make_board();
    ASSERT_TRUE(board.post(0));
    board.reach(board.block() + 1);
    auto votes = votes_of(board, 0, "R");
    EXPECT_FALSE(board.cast(0, std::vector{votes[0], votes[0]})) << "twice in one call";
    ASSERT_TRUE(board.cast(0, votes));
    EXPECT_FALSE(board.cast(0, votes)) << "a second time";

    auto other = votes_of(board, 0, "-R");
    other[0].attempt = AttemptIndex(1);
    EXPECT_FALSE(board.cast(0, other)) << "another attempt";
    other = votes_of(board, 0, "-R");
    other[0].executor.bytes.fill(0x77);
    EXPECT_FALSE(board.cast(0, other)) << "a stranger";
    other = votes_of(board, 0, "-R");
    other[0].digest = {};
    EXPECT_FALSE(board.cast(0, other)) << "the zero digest (P22)";
    EXPECT_EQ(board.segment(0).tally.members(), 3u);
}

TEST(Board, MovesOutOfOrderAreRefused) {
    Board board = make_board();
    EXPECT_FALSE(board.close(0));
    EXPECT_FALSE(board.challenge(0, Address{}));
    EXPECT_FALSE(board.finalize(0));
    EXPECT_FALSE(board.post(1));
    EXPECT_FALSE(board.void_stale());
    EXPECT_FALSE(board.settle({}));
    ASSERT_TRUE(board.post(0));
    EXPECT_FALSE(board.post(0)) << "the attempt is open";
    EXPECT_FALSE(board.close(0)) << "the window is open";
}

TEST(Board, ChallengesNeedAnOpenWindowAndSomebodyLeftToAsk) {
    Board board = make_board(3);
    play_attempt(board, 0, "RRR");
    EXPECT_FALSE(board.challenge(0, Address{})) << "everybody was asked";

    Board larger = make_board();
    play_attempt(larger, 0, "RRR");
    larger.reach(larger.segment(0).final_from);
    EXPECT_FALSE(larger.challenge(0, Address{})) << "the window is over";
}

TEST(Board, FlippedVerdictPaysTheChallengerFromTheLiarsStake) {
    Board board = make_board();
    const Address challenger = cast_of({}, 0).watcher;
    play_attempt(board, 0, "WWW");
    ASSERT_TRUE(board.challenge(0, challenger));
    play_attempt(board, 0, "RRR");
    EXPECT_EQ(board.segment(0).state, SegmentState::Undecided) << "3 to 3";
    play_attempt(board, 0, "RRRRRR");
    EXPECT_EQ(board.verdict_of(0), digest('R'));
    finalize(board, 0);

    // Three liars lose half a stake each: 1.5, of it 0.45 to the challenger, half of 1.05 to nine checkers, the rest burned.
    const Wei each(kEther * 105 / 9);
    EXPECT_EQ(board.till().credit_of(challenger), Wei(kEther + kEther * 90));
    EXPECT_EQ(board.till().credit_of(board.segment(0).attempts[1].members[0]), each);
    EXPECT_EQ(board.till().burned, Wei(kEther * 210 - each.value * 9));
    EXPECT_EQ(board.till().bonds, Wei());
    EXPECT_EQ(board.till().total(), paid_in(12, 1));
}

TEST(Board, LostChallengePaysCheckersHalfABond) {
    Board board = make_board();
    const Address challenger = cast_of({}, 0).attacker;
    play_attempt(board, 0, "RRR");
    ASSERT_TRUE(board.challenge(0, challenger));
    play_attempt(board, 0, "RRR");
    finalize(board, 0);

    EXPECT_EQ(board.till().credit_of(challenger), Wei());
    EXPECT_EQ(board.till().credit_of(board.segment(0).attempts[1].members[2]), Wei(kEther / 2 / 3));
    EXPECT_EQ(board.till().burned, Wei(kEther - kEther / 2 / 3 * 3));
}

TEST(Board, LaterSegmentsFallBackAndTheirBondsAreReclaimed) {
    Board board = make_board();
    const Address bold = cast_of({}, 0).attacker;
    play_attempt(board, 0, "WWW");
    play_attempt(board, 1, "WWW");
    ASSERT_TRUE(board.challenge(1, bold));
    ASSERT_TRUE(board.challenge(0, cast_of({}, 0).watcher));
    play_attempt(board, 0, "RRR");
    EXPECT_FALSE(board.reclaim_bond(1, AttemptIndex(1))) << "not dropped yet";
    play_attempt(board, 0, "RRRRRR");

    EXPECT_EQ(board.accepted(), 1u);
    EXPECT_TRUE(board.segment(1).attempts.empty()) << "Pending again";
    EXPECT_FALSE(board.reclaim_bond(0, AttemptIndex(1))) << "still to be judged";
    EXPECT_FALSE(board.reclaim_bond(1, AttemptIndex(1u << 16))) << "no such attempt";
}

TEST(Board, UnstartedChallengeOfADroppedSegmentIsReclaimed) {
    Board board = make_board();
    const Address bold = cast_of({}, 0).attacker;
    play_attempt(board, 0, "WWW");
    play_attempt(board, 1, "WWW");
    ASSERT_TRUE(board.challenge(1, bold));
    board.reach(board.voidable_from());
    ASSERT_TRUE(board.void_stale());

    EXPECT_TRUE(board.reclaim_bond(1, AttemptIndex(1)));
    EXPECT_FALSE(board.reclaim_bond(1, AttemptIndex(1))) << "once";
    EXPECT_EQ(board.till().credit_of(bold), Wei(kEther));
    EXPECT_EQ(board.till().credit_of(board.terms().buyer), Wei(3 * kEther));
    EXPECT_EQ(board.till().total(), paid_in(12, 1));
}

TEST(Board, EquivocationIsSlashedOnceAndBurned) {
    Board board = make_board();
    ASSERT_TRUE(board.post(0));
    const Attempt attempt = board.segment(0).attempts.back();
    ASSERT_TRUE(board.prove_equivocation(0, attempt.number, attempt.members[0]));
    EXPECT_FALSE(board.prove_equivocation(0, attempt.number, attempt.members[0]));

    EXPECT_EQ(board.till().stake_of(attempt.members[0]), Wei(100 * kEther));
    EXPECT_EQ(board.till().burned, Wei(100 * kEther));
}

TEST(Board, ExhaustedPoolVoidsTheJobAndRefunds) {
    Board board = make_board(4);
    play_attempt(board, 0, "RRW");
    play_attempt(board, 0, "W");

    EXPECT_EQ(board.state(), JobState::Void);
    EXPECT_EQ(board.till().credit_of(board.terms().buyer), Wei(3 * kEther));
    EXPECT_EQ(make_board(2).state(), JobState::Void) << "smaller than the lead";
}

TEST(Board, ExhaustedSegmentWaitsUntilTheOneBeforeIsFinal) {
    Board board = make_board(4);
    play_attempt(board, 0, "RRR");
    play_attempt(board, 1, "RRW");
    play_attempt(board, 1, "W");
    EXPECT_EQ(board.state(), JobState::Running);
    EXPECT_FALSE(board.void_exhausted(1)) << "segment 0 can still be challenged";
    EXPECT_FALSE(board.void_exhausted(0)) << "has a verdict";
    EXPECT_FALSE(board.post(1)) << "nobody is left";

    board.reach(board.segment(0).final_from);
    ASSERT_TRUE(board.finalize(0));
    EXPECT_TRUE(board.void_exhausted(1));
    EXPECT_EQ(board.state(), JobState::Void);
    EXPECT_FALSE(board.void_exhausted(1)) << "over";
}

TEST(Board, ExhaustedSegmentStartsAgainWhenTheOneBeforeFlips) {
    Board board = make_board(12);
    play_attempt(board, 0, "WWW");
    play_attempt(board, 1, "RRW");
    play_attempt(board, 1, "WRW");
    play_attempt(board, 1, "RRWRWW");
    ASSERT_TRUE(board.challenge(0, board.terms().buyer));
    play_attempt(board, 0, "RRR");
    play_attempt(board, 0, "RRRRRR");
    EXPECT_EQ(board.segment(1).state, SegmentState::Pending);
    EXPECT_FALSE(board.void_exhausted(1));
    EXPECT_TRUE(board.post(1));
}

TEST(Board, NobodyOutlivesTheDeadline) {
    Board board = make_board();
    board.reach(board.deadline() + 1);
    EXPECT_FALSE(board.post(0)) << "expired";
    EXPECT_TRUE(board.void_stale());
    EXPECT_FALSE(board.void_stale());
}

}  // namespace
}  // namespace cone::play
