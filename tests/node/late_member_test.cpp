// Members that are late: their votes follow while the window is open; who missed a deadline is asked again.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/node/coordinator_play.hpp"

namespace cone::node {
namespace {

using test::address_of;
using test::kNow;
using test::Play;

class AfterTwoOfThreeVotes : public Play {
protected:
    AfterTwoOfThreeVotes() {
        reach_reveals();
        for (std::size_t position = 0; position < 2; ++position) {
            message(member(position), reveal(member(position)));
        }
        tick(20, kNow + options().reveal_timeout);
    }
    const MemberView& late() const { return attempt().members[2]; }
    void count_vote(std::size_t position) {
        const Reveal vote = reveal(member(position));
        event(VoteCounted{SegmentIndex(0), AttemptIndex(0), attempt().members[position].address, vote.digest, vote.witness});
    }
    void reveal_late() { message(member(2), reveal(member(2))); }
};

TEST_F(AfterTwoOfThreeVotes, LateVoteFollowsWhileTheWindowIsOpen) {
    ASSERT_EQ(count<CastVotes>(), 1U);
    reveal_late();
    reveal_late();

    ASSERT_EQ(count<CastVotes>(), 2U) << "sent once";
    const auto& cast = std::get<CastVotes>(submitted.back());
    ASSERT_EQ(cast.votes.size(), 1U);
    EXPECT_EQ(cast.votes[0].position, 2U);
    EXPECT_EQ(cast.votes[0].executor, late().address);
    EXPECT_EQ(cast.members.size(), 3U) << "the proof needs all";
}

TEST_F(AfterTwoOfThreeVotes, LateVoteCountsOnceTheChainHasCountedIt) {
    reveal_late();
    EXPECT_FALSE(late().reveal.has_value());
    EXPECT_EQ(coordinator.state().segments.size(), 1U) << "no running ahead on a vote that may miss the window";
    count_vote(0);
    EXPECT_FALSE(late().reveal.has_value());
    count_vote(2);
    EXPECT_TRUE(late().reveal.has_value());
    EXPECT_FALSE(late().late_reveal.has_value());
    event(SegmentAccepted{SegmentIndex(0), reveal(0).digest, 3, 100});
    EXPECT_EQ(coordinator.state().segments.size(), 2U);
    EXPECT_FALSE(failed());
}

TEST_F(AfterTwoOfThreeVotes, LateVoteThatTheChainRefusedDoesNotCount) {
    reveal_late();
    event(ActionRefused{"CastVotes", "RevealWindowClosed(60)", SegmentIndex(0)});
    tick(60);
    EXPECT_EQ(count<CloseAttempt>(), 1U);
    event(SegmentUndecided{SegmentIndex(0), AttemptIndex(0)});

    EXPECT_FALSE(failed());
    EXPECT_EQ(count<CastVotes>(), 2U) << "not again";
    EXPECT_TRUE(coordinator.state().segments[0].attempts[0].members[2].late_reveal.has_value());
    EXPECT_EQ(attempt().members.size(), 3U) << "the set doubles";
}

TEST_F(AfterTwoOfThreeVotes, VoteAfterTheWindowIsNotSent) {
    tick(60);
    reveal_late();
    EXPECT_EQ(count<CastVotes>(), 1U);
    EXPECT_TRUE(late().late_reveal.has_value());
}

TEST_F(AfterTwoOfThreeVotes, LateVoteThatOpensNothingIsNotSent) {
    Reveal other_salt = reveal(member(2));
    other_salt.salt.bytes[0] ^= 1;
    message(member(2), other_salt);
    EXPECT_EQ(count<CastVotes>(), 1U);
    EXPECT_FALSE(late().late_reveal.has_value());
}

TEST_F(Play, VoteBeforeTheWindowIsNotKept) {
    for (std::size_t position = 0; position < 3; ++position) {
        commit(position);
    }
    message(member(0), reveal(member(0)));
    open_window();
    EXPECT_FALSE(attempt().members[0].reveal.has_value());
    EXPECT_FALSE(attempt().members[0].late_reveal.has_value());
}

/// A member of both segments missed the commit deadline of segment 0; the others carried it without it.
class AfterAMissedDeadline : public Play {
protected:
    AfterAMissedDeadline() {
        const auto next = ticket_order(terms, SegmentIndex(1), reveal(0).digest);
        std::size_t position = 0;
        while (position < 3 &&
               std::find(next.begin(), next.begin() + 3, attempt().members[position].address) == next.begin() + 3) {
            ++position;
        }
        missing = member(position);
        for (std::size_t other = 0; other < 3; ++other) {
            if (other != position) {
                commit(other);
            }
        }
        tick(5, kNow + options().segment_timeout);
        told.clear();
        begin_segment_1();
    }
    /// As if the larger set had agreed.
    void begin_segment_1() {
        open_window();
        for (std::size_t other = 0; other < 3; ++other) {
            if (member(other) != missing) {
                message(member(other), reveal(member(other)));
            }
        }
        event(SegmentAccepted{SegmentIndex(0), reveal(0).digest, 3, 100});
    }
    void commit_the_others() {
        for (std::size_t position = 0; position < 3; ++position) {
            if (member(position, 1) != missing) {
                message(member(position, 1),
                        Commitment{SegmentIndex(1), AttemptIndex(0), test::hash_of("c" + std::to_string(position))});
            }
        }
    }
    std::size_t missing = 0;
};

TEST_F(AfterAMissedDeadline, TheMemberIsAskedLikeTheOthers) {
    EXPECT_TRUE(std::any_of(told.begin(), told.end(), [&](const Tell& tell) {
        const auto* order = std::get_if<RunSegment>(&tell.message);
        return order != nullptr && tell.executor == missing && order->segment == SegmentIndex(1);
    }));
}

TEST_F(AfterAMissedDeadline, NobodyWaitsForItWhileItIsSilent) {
    commit_the_others();
    EXPECT_EQ(count<PostCommitments>(), 2U);
}

TEST_F(AfterAMissedDeadline, ItIsWaitedForOnceItIsHeardOf) {
    message(missing, Progress{SegmentIndex(1), 0, 0, "started"});
    commit_the_others();
    EXPECT_EQ(count<PostCommitments>(), 1U);
    message(missing, Commitment{SegmentIndex(1), AttemptIndex(0), test::hash_of("mine")});
    EXPECT_EQ(count<PostCommitments>(), 2U);
    const auto& posted = std::get<PostCommitments>(submitted.back());
    EXPECT_EQ(std::count(posted.commitments.begin(), posted.commitments.end(), Hash32{}), 0);
}

}  // namespace
}  // namespace cone::node
