// The coordinator as a pure state machine: what it refuses to believe, and what ends the run with an alarm.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/coordinator.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cone/comm/communicator.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/fake_votes.hpp"

namespace cone::node {
namespace {

using test::address_of;

constexpr Millis kNow{1000};
constexpr std::size_t kExecutors = 6;

/// A coordinator whose executors and chain are played by the test, call by call.
class Play : public testing::Test {
protected:
    Play() : terms(test::alphabet_terms(kExecutors, 2, 3)), coordinator(terms, options(), verifier) {
        (void)coordinator.start(kNow);
        for (std::size_t i = 0; i < kExecutors; ++i) {
            take(coordinator.on_message(kNow, i, Join{address_of(i)}));
        }
    }

    static CoordinatorOptions options() {
        CoordinatorOptions made;
        made.executors = kExecutors;
        return made;
    }

    void take(const Actions& actions) {
        for (const auto& action : actions) {
            if (const auto* submit = std::get_if<Submit>(&action)) {
                submitted.push_back(submit->action);
            } else if (const auto* tell = std::get_if<Tell>(&action)) {
                told.push_back(*tell);
            }
        }
    }
    void message(std::size_t executor, const ToBridge& body) { take(coordinator.on_message(kNow, executor, body)); }
    void event(const ChainEventBody& body) { take(coordinator.on_chain(kNow, {1, {}, body})); }
    void tick(std::uint64_t head, Millis now = kNow) { take(coordinator.on_tick(now, head)); }

    const Attempt& attempt(std::uint32_t segment = 0) const { return coordinator.state().segments.at(segment).attempts.back(); }
    /// Number of the executor at a position of the newest attempt.
    std::size_t member(std::size_t position, std::uint32_t segment = 0) const {
        return attempt(segment).members.at(position).executor.value();
    }
    bool failed() const { return coordinator.state().status == RunStatus::Failed; }
    template <class Kind>
    std::size_t count() const {
        std::size_t n = 0;
        for (const auto& action : submitted) {
            n += std::holds_alternative<Kind>(action) ? 1U : 0U;
        }
        return n;
    }

    /// An honest reveal of segment 0, attempt 0; `flavour` makes its digest and witness another's.
    Reveal reveal(std::size_t executor, std::uint8_t flavour = 0) const {
        comm::SoloCommunicator solo;
        test::AlphabetEngine engine(terms.job_hash);
        const auto result =
            engine.run({SegmentIndex(0), AttemptIndex(0), terms.job_hash, {}}, engine.initial_state(), solo, {});
        Reveal made;
        made.opening = result.opening;
        made.opening.state_root.bytes[0] ^= flavour;
        made.digest = hash::segment_digest(made.opening);
        made.witness = result.witness;
        made.salt.bytes.fill(static_cast<std::uint8_t>(executor + 1));
        made.trace = result.trace;
        made.signature =
            test::FakeSigner(address_of(executor))
                .sign_vote(terms.domain_separator, terms.job, made.segment, made.attempt, made.digest, made.witness);
        return made;
    }
    Hash32 commitment(std::size_t executor, const Reveal& shown) const {
        return commitment_of({terms.domain_separator, terms.job},
                             {shown.segment, shown.attempt, address_of(executor), shown.digest, shown.witness, shown.salt});
    }
    void commit(std::size_t position, std::uint8_t flavour = 0) {
        const std::size_t executor = member(position);
        message(executor, Commitment{SegmentIndex(0), AttemptIndex(0), commitment(executor, reveal(executor, flavour))});
    }
    void open_window() {
        event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
        tick(11);
    }
    void reach_reveals() {
        for (std::size_t position = 0; position < 3; ++position) {
            commit(position);
        }
        open_window();
    }

    JobTerms terms;
    test::FakeVerifier verifier;
    Coordinator coordinator;
    std::vector<ChainAction> submitted;
    std::vector<Tell> told;
};

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
    EXPECT_TRUE(told.empty());
    tick(11);
    EXPECT_EQ(told.size(), 3U);
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

TEST_F(AfterVotes, VotesThatCameTooEarlyAreCastAgain) {
    event(ActionRefused{"CastVotes", "RevealWindowNotOpen(12)", SegmentIndex(0)});
    EXPECT_EQ(count<CastVotes>(), 1U);
    tick(12);
    EXPECT_EQ(count<CastVotes>(), 2U);
    EXPECT_FALSE(failed());
}

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
    event(VoteCounted{SegmentIndex(0), AttemptIndex(0), address_of(member(0))});
    EXPECT_FALSE(late().reveal.has_value());
    event(VoteCounted{SegmentIndex(0), AttemptIndex(0), late().address});
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

}  // namespace
}  // namespace cone::node
