// A commitment that is brought past the bridge: when, and when not.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_commitment.hpp"

#include <gtest/gtest.h>

#include "cone/base/errors.hpp"
#include "cone/node/vote.hpp"
#include "tests/support/scripted_endpoint.hpp"

namespace cone::node {
namespace {

template <class Fixed>
Fixed bytes_of(std::uint8_t byte) {
    Fixed value;
    value.bytes.fill(byte);
    return value;
}

constexpr JobId kWatchedJob{3};
constexpr SegmentIndex kOurSegment{4};
constexpr AttemptIndex kOurAttempt{65537};
constexpr std::uint64_t kPostedIn = 100;

class CommitScript final : public OwnVoice {
public:
    void cast(const CastVotes&) override {}
    void commit(const CommitDirect& commitment) override { calls.push_back(commitment); }
    std::vector<CommitDirect> calls;
};

class OwnCommitment : public testing::Test {
protected:
    OwnCommitment() {
        endpoint.history = [this](auto...) { return history; };
        escort.committed(kWatchedJob, {kOurSegment, kOurAttempt, ours});
    }
    static std::vector<Address> members() { return {bytes_of<Address>(1), bytes_of<Address>(2), bytes_of<Address>(3)}; }
    /// As the bridge posted it, with what it has for us.
    static CommitmentsOnChain list(const Hash32& for_us) {
        const std::vector<Hash32> commitments{bytes_of<Hash32>(11), for_us, bytes_of<Hash32>(13)};
        return {kOurSegment, kOurAttempt, commitments_root(members(), commitments), members(), commitments};
    }
    /// The node has seen block `head`; in it the attempt under this list, commitments are taken for `window` blocks more.
    void show(const CommitmentsOnChain& posted, std::uint64_t head = kPostedIn, std::uint64_t window = 4) {
        seen = AttemptOnChain{posted.root, kPostedIn + window + 1, head};
        history.members = members();
    }
    std::vector<CommitmentsOnChain> look_after(Millis wait) {
        clock.advance(wait);
        return escort.look();
    }
    /// Our transaction is in a block.
    void mine() { history.direct[self] = voice.calls.back().commitment; }

    const Address self = bytes_of<Address>(2);
    const Hash32 ours = bytes_of<Hash32>(12);
    ManualClock clock;
    CommitScript voice;
    std::optional<AttemptOnChain> seen;
    AttemptHistory history;
    test::ScriptedEndpoint endpoint{[this](auto...) { return seen; }};
    CommitmentEscort escort{endpoint, voice, clock, self};
};

constexpr Millis kSecondOn{1000};

TEST_F(OwnCommitment, UnderTheRootNeedsNothing) {
    escort.told(list(ours));
    show(list(ours));
    EXPECT_TRUE(escort.look().empty());
    show(list(ours), kPostedIn + 4);
    EXPECT_TRUE(look_after(kSecondOn).empty());
    EXPECT_TRUE(voice.calls.empty());
    EXPECT_EQ(endpoint.looks, 1) << "and is not looked after any more";
}

TEST_F(OwnCommitment, LeftOutIsSentAtOnceAndBoundWhenTheWindowEnds) {
    escort.told(list({}));
    show(list({}));
    EXPECT_TRUE(escort.look().empty());
    ASSERT_EQ(voice.calls.size(), 1U);
    EXPECT_EQ(voice.calls[0].job, kWatchedJob);
    EXPECT_EQ(voice.calls[0].segment, kOurSegment);
    EXPECT_EQ(voice.calls[0].attempt, kOurAttempt);
    EXPECT_EQ(voice.calls[0].members, members());
    EXPECT_EQ(voice.calls[0].position, 1U);
    EXPECT_EQ(voice.calls[0].commitment, ours);
    EXPECT_TRUE(escort.speaks_for(kOurSegment, kOurAttempt));

    mine();
    show(list({}), kPostedIn + 3);
    EXPECT_TRUE(look_after(kSecondOn).empty()) << "somebody could still copy what is shown now";
    show(list({}), kPostedIn + 4);
    EXPECT_EQ(look_after(kSecondOn), std::vector{list({})});
    EXPECT_TRUE(look_after(kSecondOn).empty()) << "once";
    EXPECT_EQ(voice.calls.size(), 1U) << "paid once";
}

TEST_F(OwnCommitment, ABridgeThatSaysNothingHasHalfOfTheWindow) {
    show(list({}), kPostedIn);
    EXPECT_TRUE(escort.look().empty());
    show(list({}), kPostedIn + 1);
    EXPECT_TRUE(look_after(kSecondOn).empty());
    EXPECT_TRUE(voice.calls.empty());
    show(list({}), kPostedIn + 2);
    EXPECT_TRUE(look_after(kSecondOn).empty());
    ASSERT_EQ(voice.calls.size(), 1U);

    mine();
    show(list({}), kPostedIn + 4);
    const auto bound = look_after(kSecondOn);
    ASSERT_EQ(bound.size(), 1U);
    EXPECT_EQ(bound[0].root, list({}).root);
    EXPECT_EQ(bound[0].members, members());
    EXPECT_TRUE(bound[0].commitments.empty()) << "nobody said them";
}

TEST_F(OwnCommitment, AWindowOfOneBlockLeavesTheBridgeHalfASecond) {
    show(list({}), kPostedIn, 1);
    EXPECT_TRUE(escort.look().empty());
    EXPECT_TRUE(voice.calls.empty());
    EXPECT_TRUE(look_after(Millis{500}).empty());
    EXPECT_EQ(voice.calls.size(), 1U);
}

TEST_F(OwnCommitment, TheBridgesWordInTimeSavesTheTransaction) {
    show(list(ours));
    EXPECT_TRUE(escort.look().empty());
    escort.told(list(ours));
    show(list(ours), kPostedIn + 3);
    EXPECT_TRUE(escort.look().empty()) << "the list is looked at without waiting";
    EXPECT_TRUE(voice.calls.empty());
}

TEST_F(OwnCommitment, AListOfAnotherRootIsNotBelieved) {
    escort.told(list(ours));
    show(list({}));
    EXPECT_TRUE(escort.look().empty());
    EXPECT_TRUE(voice.calls.empty());
    show(list({}), kPostedIn + 2);
    EXPECT_TRUE(look_after(kSecondOn).empty());
    EXPECT_EQ(voice.calls.size(), 1U);
}

TEST_F(OwnCommitment, NothingIsSentIntoAClosedWindow) {
    escort.told(list({}));
    show(list({}), kPostedIn, 0);
    EXPECT_TRUE(escort.look().empty());
    EXPECT_TRUE(voice.calls.empty());
    EXPECT_TRUE(look_after(kSecondOn).empty());
    EXPECT_EQ(endpoint.looks, 1);
}

TEST_F(OwnCommitment, ThatCameTooLateShowsNothing) {
    escort.told(list({}));
    show(list({}));
    EXPECT_TRUE(escort.look().empty());
    show(list({}), kPostedIn + 4);
    EXPECT_TRUE(look_after(kSecondOn).empty());
    EXPECT_FALSE(escort.speaks_for(kOurSegment, kOurAttempt));
}

TEST_F(OwnCommitment, SentInAnEarlierLifeIsNotSentAgain) {
    history.direct[self] = ours;
    escort.told(list({}));
    show(list({}));
    EXPECT_TRUE(escort.look().empty());
    EXPECT_TRUE(voice.calls.empty());
    show(list({}), kPostedIn + 4);
    EXPECT_EQ(look_after(kSecondOn).size(), 1U);
}

TEST_F(OwnCommitment, OfAnotherSetIsNotSent) {
    show(list({}));
    history.members = {bytes_of<Address>(1), bytes_of<Address>(9)};
    escort.told(list({}));
    EXPECT_TRUE(escort.look().empty());
    EXPECT_TRUE(voice.calls.empty());
}

TEST_F(OwnCommitment, AnEndpointThatIsAwayIsAskedAgain) {
    bool down = true;
    test::ScriptedEndpoint ill{[&](auto...) {
        if (down) {
            throw RpcError("unreachable");
        }
        return seen;
    }};
    ill.history = endpoint.history;
    CommitmentEscort other{ill, voice, clock, self};
    other.committed(kWatchedJob, {kOurSegment, kOurAttempt, ours});
    other.told(list({}));
    show(list({}));
    EXPECT_TRUE(other.look().empty());
    down = false;
    clock.advance(kSecondOn);
    EXPECT_TRUE(other.look().empty());
    EXPECT_EQ(voice.calls.size(), 1U);
}

TEST_F(OwnCommitment, NeverPostedIsForgottenWithTheSegmentsBefore) {
    EXPECT_TRUE(escort.look().empty());
    escort.forget_before(kOurSegment);
    (void)look_after(kSecondOn);
    EXPECT_EQ(endpoint.looks, 2) << "its own segment's is kept";
    escort.forget_before(kOurSegment.next());
    (void)look_after(kSecondOn);
    EXPECT_EQ(endpoint.looks, 2);
}

}  // namespace
}  // namespace cone::node
