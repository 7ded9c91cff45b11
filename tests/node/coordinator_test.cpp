// The coordinator as a pure state machine: what it refuses to believe, and what ends the run with an alarm.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/coordinator.hpp"

#include "tests/node/coordinator_play.hpp"

namespace cone::node {
namespace {

using test::address_of;
using test::kNow;
using test::Play;

TEST_F(Play, DrawsTheFirstMembersInTicketOrder) {
    const auto order = ticket_order(terms, SegmentIndex(0), terms.job_hash);
    ASSERT_EQ(attempt().members.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(attempt().members[i].address, order[i]);
    }
}

TEST_F(Play, PostsOnceAllHaveCommitted) {
    commit(0);
    commit(1);
    EXPECT_EQ(count<PostCommitments>(), 0U);
    commit(2);
    EXPECT_EQ(count<PostCommitments>(), 1U);
}

TEST_F(Play, FirstCommitmentOfAMemberStands) {
    commit(0, 0);
    const Hash32 first = attempt().members[0].commitment;
    commit(0, 1);
    EXPECT_EQ(attempt().members[0].commitment, first);
}

TEST_F(Play, CommitmentsOfStrangersAndOtherAttemptsAreIgnored) {
    std::size_t stranger = 0;
    while (stranger == member(0) || stranger == member(1) || stranger == member(2)) {
        ++stranger;
    }
    message(stranger, Commitment{SegmentIndex(0), AttemptIndex(0), test::hash_of("x")});
    message(member(0), Commitment{SegmentIndex(0), AttemptIndex(1), test::hash_of("x")});
    message(member(0), Commitment{SegmentIndex(9), AttemptIndex(0), test::hash_of("x")});
    for (const auto& seat : attempt().members) {
        EXPECT_TRUE(seat.commitment.is_zero());
    }
}

TEST_F(Play, NobodyCommittedIsPostedAsZerosAndClosedAfterTheWindow) {
    tick(5, kNow + options().segment_timeout);
    ASSERT_EQ(count<PostCommitments>(), 1U);
    EXPECT_EQ(std::get<PostCommitments>(submitted.back()).commitments, std::vector<Hash32>(3));
    open_window();
    EXPECT_EQ(count<CastVotes>(), 0U) << "there is nothing to cast";
    tick(59);
    EXPECT_EQ(count<CloseAttempt>(), 0U);
    tick(60);
    tick(61);
    EXPECT_EQ(count<CloseAttempt>(), 1U) << "asked for twice";
    event(SegmentUndecided{SegmentIndex(0), AttemptIndex(0)});
    event(SegmentUndecided{SegmentIndex(0), AttemptIndex(0)});
    EXPECT_FALSE(coordinator.state().segments[0].exhausted) << "one attempt was decided, not two";
    EXPECT_EQ(attempt().members.size(), 3U) << "the set doubles to six: three new members";
    EXPECT_EQ(attempt().first_position, 3U);
}

TEST_F(Play, MembersAreToldToRevealOnlyWhenNobodyCanCommitAnyMore) {
    for (std::size_t position = 0; position < 3; ++position) {
        commit(position);
    }
    told.clear();
    event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
    tick(10);
    EXPECT_EQ(count_told<CommitmentsOnChain>(), 0U);
    tick(11);
    EXPECT_EQ(count_told<CommitmentsOnChain>(), 3U);
}

TEST_F(Play, MembersAreToldWhatStandsUnderTheRootWhileTheyCanStillCommit) {
    commit(0);
    commit(1);
    tick(5, kNow + options().segment_timeout);
    told.clear();
    event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
    ASSERT_EQ(count_told<RootPosted>(), 3U) << "also the one that is missing";
    const auto& list = std::get<RootPosted>(told.front().message).list;
    EXPECT_EQ(list.root, attempt().root);
    EXPECT_FALSE(list.commitments.at(0).is_zero());
    EXPECT_TRUE(list.commitments.at(2).is_zero());
}

TEST_F(Play, MembersAreNotToldTwiceAtOnce) {
    for (std::size_t position = 0; position < 3; ++position) {
        commit(position);
    }
    tick(10);
    told.clear();
    event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
    EXPECT_TRUE(told.empty()) << "the window is over with the next block";
}

/// Two commitments came; the third member committed by its own transaction.
class AfterADirectCommitment : public Play {
protected:
    AfterADirectCommitment() {
        commit(0);
        commit(1);
        tick(5, kNow + options().segment_timeout);
        event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
    }
    void commit_directly(const Hash32& commitment) {
        event(CommittedDirectly{SegmentIndex(0), AttemptIndex(0), attempt().members[2].address, commitment});
    }
    Hash32 honest() const { return commitment(member(2), reveal(member(2))); }
    void open_and_reveal() {
        message(member(2), Progress{SegmentIndex(0), 0, 0, "started"});
        told.clear();
        tick(11);
        for (std::size_t position = 0; position < 3; ++position) {
            message(member(position), reveal(member(position)));
        }
    }
};

TEST_F(AfterADirectCommitment, ItsVoteIsAskedForAndCastWithTheOthers) {
    commit_directly(honest());
    open_and_reveal();
    EXPECT_EQ(count_told<CommitmentsOnChain>(), 3U);
    ASSERT_EQ(count<CastVotes>(), 1U);
    const auto& cast = std::get<CastVotes>(submitted.back());
    ASSERT_EQ(cast.votes.size(), 3U);
    EXPECT_TRUE(cast.commitments.at(2).is_zero()) << "as it stands under the root";
}

TEST_F(AfterADirectCommitment, AVoteThatOpensAnotherIsNotCast) {
    commit_directly(test::hash_of("another"));
    open_and_reveal();
    tick(20, kNow + 10 * options().reveal_timeout);
    ASSERT_EQ(count<CastVotes>(), 1U);
    EXPECT_EQ(std::get<CastVotes>(submitted.back()).votes.size(), 2U);
}

TEST_F(AfterADirectCommitment, OfAStrangerChangesNothing) {
    event(CommittedDirectly{SegmentIndex(0), AttemptIndex(0), test::address_of(99), honest()});
    event(CommittedDirectly{SegmentIndex(0), AttemptIndex(7), attempt().members[2].address, honest()});
    event(CommittedDirectly{SegmentIndex(9), AttemptIndex(0), attempt().members[2].address, honest()});
    open_and_reveal();
    ASSERT_EQ(count<CastVotes>(), 1U);
    EXPECT_EQ(std::get<CastVotes>(submitted.back()).votes.size(), 2U);
}

TEST_F(Play, VotesThatAreNotTheMembersOwnAreNotCast) {
    reach_reveals();
    Reveal stolen = reveal(member(1));
    message(member(0), stolen);  // another member's signature
    Reveal unsigned_vote = reveal(member(0));
    unsigned_vote.signature.assign(64, 0);
    message(member(0), unsigned_vote);
    Reveal other_salt = reveal(member(0));
    other_salt.salt.bytes[0] ^= 1;
    message(member(0), other_salt);  // does not open the commitment
    EXPECT_FALSE(attempt().members[0].reveal.has_value());
    EXPECT_EQ(count<CastVotes>(), 0U);
}

TEST_F(Play, SecondSignedVoteIsProvenOnce) {
    reach_reveals();
    message(member(0), reveal(member(0)));
    message(member(0), reveal(member(0), 1));
    message(member(0), reveal(member(0), 2));
    message(member(0), reveal(member(0)));
    EXPECT_EQ(count<ProveEquivocation>(), 1U);
    EXPECT_TRUE(attempt().members[0].reveal.has_value()) << "the vote that opens the commitment still counts";
}

TEST_F(Play, RunsAheadOnItsOwnCountAndPostsOnlyAfterTheChain) {
    reach_reveals();
    for (std::size_t position = 0; position < 3; ++position) {
        message(member(position), reveal(member(position)));
    }
    EXPECT_EQ(count<CastVotes>(), 1U);
    ASSERT_EQ(coordinator.state().segments.size(), 2U) << "segment 1 has begun";
    for (std::size_t position = 0; position < 3; ++position) {
        message(member(position, 1),
                Commitment{SegmentIndex(1), AttemptIndex(0), test::hash_of("c" + std::to_string(position))});
    }
    EXPECT_EQ(count<PostCommitments>(), 1U) << "segment 1 is sealed but segment 0 does not stand yet";
    event(SegmentAccepted{SegmentIndex(0), reveal(0).digest, 3, 100});
    EXPECT_EQ(count<PostCommitments>(), 2U);
}

class AfterVotes : public Play {
protected:
    AfterVotes() {
        reach_reveals();
        for (std::size_t position = 0; position < 3; ++position) {
            message(member(position), reveal(member(position)));
        }
    }
};

TEST_F(AfterVotes, ChainThatAcceptsAnotherDigestIsAnAlarm) {
    event(SegmentAccepted{SegmentIndex(0), reveal(0, 1).digest, 3, 100});
    EXPECT_TRUE(failed());
}

TEST_F(AfterVotes, ChainThatIsUndecidedWhereWeAcceptIsAnAlarm) {
    event(SegmentUndecided{SegmentIndex(0), AttemptIndex(0)});
    EXPECT_TRUE(failed());
}

TEST_F(AfterVotes, ChainThatAcceptsASegmentNobodyRanIsAnAlarm) {
    event(SegmentAccepted{SegmentIndex(7), reveal(0).digest, 3, 100});
    EXPECT_TRUE(failed());
}

TEST_F(AfterVotes, FinalizeWaitsForTheWindowAndIsTriedAgainWhenTooEarly) {
    event(SegmentAccepted{SegmentIndex(0), reveal(0).digest, 3, 100});
    tick(98);
    EXPECT_EQ(count<Finalize>(), 0U);
    tick(99);
    tick(99);
    EXPECT_EQ(count<Finalize>(), 1U);
    event(ActionRefused{"Finalize", "ChallengeWindowOpen(100)", SegmentIndex(0)});
    tick(99);
    EXPECT_EQ(count<Finalize>(), 1U) << "not again in the same block";
    tick(100);
    EXPECT_EQ(count<Finalize>(), 2U);
}

TEST_F(AfterVotes, ExhaustedPoolVoidsTheJobOnceTheSegmentBeforeIsFinal) {
    event(SegmentAccepted{SegmentIndex(0), reveal(0).digest, 3, 100});
    tick(20);
    for (std::uint32_t attempt = 0; attempt < 2; ++attempt) {
        event(SegmentUndecided{SegmentIndex(1), AttemptIndex(attempt)});
    }
    tick(98);
    EXPECT_EQ(count<VoidExhausted>(), 0U) << "segment 0 can be challenged";
    event(SegmentFinal{SegmentIndex(0)});
    tick(100);
    tick(100);
    ASSERT_EQ(count<VoidExhausted>(), 1U);
    event(ActionRefused{"VoidExhausted", "PreviousNotFinal(1, 1)", SegmentIndex(1)});
    tick(100);
    EXPECT_EQ(count<VoidExhausted>(), 1U) << "not again in the same block";
    tick(101);
    EXPECT_EQ(count<VoidExhausted>(), 2U);
    event(JobVoided{"PoolExhausted"});
    EXPECT_EQ(coordinator.state().status, RunStatus::Void);
}

TEST_F(AfterVotes, VotesThatCameTooEarlyAreCastAgain) {
    event(ActionRefused{"CastVotes", "RevealWindowNotOpen(12)", SegmentIndex(0)});
    EXPECT_EQ(count<CastVotes>(), 1U);
    tick(12);
    EXPECT_EQ(count<CastVotes>(), 2U);
    EXPECT_FALSE(failed());
}

TEST_F(AfterVotes, RefusedVotesAreCastAgainWhileTheirWindowIsOpen) {
    for (const char* why : {"eth_estimateGas: limit exceeded (code -32005)", "the fee ceiling", "JobBoard: AlreadyVoted()"}) {
        const std::size_t before = count<CastVotes>();
        event(ActionRefused{"CastVotes", why, SegmentIndex(0)});
        EXPECT_EQ(count<CastVotes>(), before) << "not again in the same block";
        tick(coordinator.state().head + 1);
        EXPECT_EQ(count<CastVotes>(), before + 1) << why;
    }
    const std::size_t so_far = count<CastVotes>();
    for (const char* why : {"bridge.mode is watch: JobBoard.castVotes of segment 0 is not sent", "RevealWindowClosed(60)"}) {
        event(ActionRefused{"CastVotes", why, SegmentIndex(0)});
        tick(coordinator.state().head + 1);
        EXPECT_EQ(count<CastVotes>(), so_far) << why;
    }
    tick(60);
    event(ActionRefused{"CastVotes", "limit exceeded", SegmentIndex(0)});
    tick(61);
    EXPECT_EQ(count<CastVotes>(), so_far) << "the window is over";
    EXPECT_FALSE(failed());
}

TEST_F(Play, RootThatWeDidNotPostIsAnAlarm) {
    for (std::size_t position = 0; position < 3; ++position) {
        commit(position);
    }
    event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), test::hash_of("foreign"), 12, 60});
    EXPECT_TRUE(failed());
}

TEST_F(Play, RefusedPostEndsTheRun) {
    event(ActionRefused{"PostCommitments", "OnlyBridge", SegmentIndex(0)});
    EXPECT_TRUE(failed());
    EXPECT_NE(coordinator.state().reason.find("OnlyBridge"), std::string::npos);
}

TEST_F(Play, RefusedEquivocationProofDoesNot) {
    event(ActionRefused{"ProveEquivocation", "AlreadyProven", SegmentIndex(0)});
    EXPECT_FALSE(failed());
}

TEST_F(Play, MoneyIsBookedAfterTheEnd) {
    event(JobVoided{"Stalled"});
    event(CreditAdded{address_of(9), Wei(5), "buyer-refund"});
    EXPECT_EQ(coordinator.state().status, RunStatus::Void);
    EXPECT_EQ(coordinator.state().credits.size(), 1U);
}

TEST(Joining, StrangersAndDoublesAreRefused) {
    const test::FakeVerifier verifier;
    CoordinatorOptions options;
    options.executors = 3;
    Coordinator coordinator(test::alphabet_terms(3, 1, 1), options, verifier);
    (void)coordinator.start(kNow);

    (void)coordinator.on_message(kNow, 0, Join{address_of(0)});
    (void)coordinator.on_message(kNow, 1, Join{address_of(0)});
    (void)coordinator.on_message(kNow, 2, Join{address_of(77)});

    EXPECT_EQ(coordinator.state().executors[0].standing, Standing::Joined);
    EXPECT_EQ(coordinator.state().executors[1].standing, Standing::Refused);
    EXPECT_EQ(coordinator.state().executors[2].standing, Standing::Refused);
    EXPECT_EQ(coordinator.state().status, RunStatus::Running);
}

/// Each note is flushed to the disk, with all that the vote opens.
TEST_F(Play, AMemberThatSignsVoteAfterVoteFillsNoNotebook) {
    reach_reveals();
    const std::size_t before = kept;
    for (std::uint8_t flavour = 1; flavour <= 50; ++flavour) {
        message(member(0), reveal(member(0), flavour));
    }
    EXPECT_EQ(kept, before + 2);
    EXPECT_EQ(attempt().members[0].signed_votes.size(), 2U);
    EXPECT_EQ(count<ProveEquivocation>(), 1U);

    message(member(0), reveal(member(0)));

    EXPECT_EQ(kept, before + 3) << "the one that it committed to counts all the same";
    EXPECT_TRUE(attempt().members[0].reveal.has_value());
    EXPECT_EQ(count<ProveEquivocation>(), 1U);
}

}  // namespace
}  // namespace cone::node
