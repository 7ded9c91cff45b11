// A vote that is brought past the bridge: when, with what, and what is never brought.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_vote.hpp"

#include <gtest/gtest.h>

#include "cone/node/vote.hpp"

namespace cone::node {
namespace {

template <class Fixed>
Fixed all_of(std::uint8_t byte) {
    Fixed value;
    value.bytes.fill(byte);
    return value;
}

constexpr Millis kBridgesTime{100};

class Script final : public OwnVoice {
public:
    void cast(const CastVotes& vote) override { calls.push_back(vote); }
    void commit(const CommitDirect&) override {}
    std::vector<CastVotes> calls;
};

class Escort : public testing::Test {
protected:
    static CommitmentsOnChain posted() {
        const std::vector<Address> members{all_of<Address>(1), all_of<Address>(2), all_of<Address>(3)};
        const std::vector<Hash32> commitments{all_of<Hash32>(11), all_of<Hash32>(12), Hash32{}};
        return {SegmentIndex(4), AttemptIndex(65537), commitments_root(members, commitments), members, commitments};
    }
    static Reveal reveal(std::uint8_t digest = 7) {
        Reveal shown;
        shown.segment = SegmentIndex(4);
        shown.attempt = AttemptIndex(65537);
        shown.digest = all_of<Hash32>(digest);
        shown.witness = all_of<Hash32>(8);
        shown.salt = all_of<Hash32>(9);
        shown.signature = Bytes(64, 5);
        return shown;
    }

    ManualClock clock;
    Script voice;
    VoteEscort escort{voice, clock, all_of<Address>(2), kBridgesTime};
};

TEST_F(Escort, SendsTheVoteWithItsListWhenTheBridgeHadItsTime) {
    escort.bound(JobId(3), posted());
    escort.shown(reveal());
    clock.advance(kBridgesTime - Millis{1});
    EXPECT_FALSE(escort.look()) << "the bridge still has time";
    clock.advance(Millis{1});
    EXPECT_TRUE(escort.look());
    EXPECT_FALSE(escort.look()) << "once";

    ASSERT_EQ(voice.calls.size(), 1U);
    const CastVotes& call = voice.calls[0];
    EXPECT_EQ(call.job, JobId(3));
    EXPECT_EQ(call.segment, SegmentIndex(4));
    EXPECT_EQ(call.attempt, AttemptIndex(65537));
    EXPECT_EQ(call.members, posted().members);
    EXPECT_EQ(call.commitments, posted().commitments);
    const SignedVote wanted{1, all_of<Address>(2), all_of<Hash32>(7), all_of<Hash32>(8), all_of<Hash32>(9), Bytes(64, 5)};
    EXPECT_EQ(call.votes, std::vector<SignedVote>{wanted});
}

TEST_F(Escort, NeverSendsWhatWasNotShown) {
    escort.bound(JobId(3), posted());
    clock.advance(10 * kBridgesTime);
    EXPECT_FALSE(escort.look());
    EXPECT_TRUE(voice.calls.empty());
}

TEST_F(Escort, NeverSendsWhatNoRootBinds) {
    escort.shown(reveal());
    Reveal other = reveal();
    other.attempt = AttemptIndex(0);
    escort.bound(JobId(3), posted());
    escort.shown(other);
    clock.advance(kBridgesTime);
    EXPECT_FALSE(escort.look());
}

TEST_F(Escort, OnlyTheFirstVoteOfAnAttemptIsOurs) {
    escort.bound(JobId(3), posted());
    escort.shown(reveal());
    escort.shown(reveal(77));
    clock.advance(kBridgesTime);
    EXPECT_TRUE(escort.look());
    ASSERT_EQ(voice.calls.size(), 1U);
    EXPECT_EQ(voice.calls[0].votes.at(0).digest, all_of<Hash32>(7));
}

/// The contract looks at what it committed to by itself, and at no list.
TEST_F(Escort, NeedsNoListWhereItCommittedByItself) {
    CommitmentsOnChain untold = posted();
    untold.commitments.clear();
    escort.bound(JobId(3), untold);
    escort.shown(reveal());
    clock.advance(kBridgesTime);
    EXPECT_TRUE(escort.look());
    ASSERT_EQ(voice.calls.size(), 1U);
    EXPECT_EQ(voice.calls[0].commitments, std::vector<Hash32>(posted().members.size()));
}

TEST_F(Escort, NeverSendsAListOfAnotherLength) {
    CommitmentsOnChain cut = posted();
    cut.commitments.pop_back();
    escort.bound(JobId(3), cut);
    escort.shown(reveal());
    clock.advance(kBridgesTime);
    EXPECT_FALSE(escort.look());
    EXPECT_TRUE(voice.calls.empty());
}

TEST_F(Escort, WhoIsNotInTheListHasNothingToSend) {
    VoteEscort stranger{voice, clock, all_of<Address>(99), kBridgesTime};
    stranger.bound(JobId(3), posted());
    stranger.shown(reveal());
    clock.advance(kBridgesTime);
    EXPECT_FALSE(stranger.look());
    EXPECT_TRUE(voice.calls.empty());
}

}  // namespace
}  // namespace cone::node
