// Votes read back from what brought them: as they were signed, from bytes that lie, and from a real chain; and a proof made of one.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/vote_reader.hpp"

#include <gmock/gmock.h>

#include "bridge/adapter/translate.hpp"
#include "tests/bridge/adapter/running_job.hpp"

namespace cone::adapter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SegmentIndex kThird{2};
constexpr AttemptIndex kLater{65537};

/// Calldata of two votes for digest 7 and one for digest 8, from three members.
class VotesIn : public testing::Test {
protected:
    VotesIn() {
        terms.job = JobId(4);
        terms.domain_separator = hash_of(1);
        for (std::uint32_t i = 0; i < kExecutors; ++i) {
            const KeyVoteSigner signer(dev_account(kFirstExecutor + i));
            const Hash32 digest = hash_of(i == 1 ? 8 : 7);
            const Hash32 witness = hash_of(static_cast<std::uint8_t>(20 + i));
            cast.members.push_back(signer.address());
            cast.commitments.push_back(hash_of(30));
            cast.votes.push_back({i, signer.address(), digest, witness, hash_of(9),
                                  signer.sign_vote(terms.domain_separator, terms.job, kThird, kLater, digest, witness)});
        }
    }
    [[nodiscard]] Bytes input() const { return translate(node::ChainAction(cast)).call.data; }
    [[nodiscard]] std::vector<node::SignedVote> read(ByteSpan bytes) const {
        std::vector<node::SignedVote> votes;
        for (const auto& found : votes_in(bytes, terms, kThird, hash_of(7))) {
            EXPECT_EQ(found.attempt, kLater);
            votes.push_back(found.vote);
        }
        return votes;
    }

    node::JobTerms terms;
    node::CastVotes cast{JobId(4), kThird, kLater, {}, {}, {}};
};

TEST_F(VotesIn, AreTheSignedOnesForTheDigest) {
    EXPECT_THAT(read(input()), ElementsAre(cast.votes[0], cast.votes[2]));
}

TEST_F(VotesIn, LeaveOutWhatItsMemberDidNotSign) {
    cast.votes[0].witness = hash_of(66);
    cast.votes[2].signature[40] ^= 1;
    EXPECT_THAT(read(input()), IsEmpty());
}

TEST_F(VotesIn, LeaveOutWhatAnotherMemberSigned) {
    std::swap(cast.members[0], cast.members[2]);
    EXPECT_THAT(read(input()), IsEmpty());
}

TEST_F(VotesIn, LeaveOutAPositionThatIsNone) {
    cast.votes[0].position = 3;
    cast.votes[2].position = 65535;
    EXPECT_THAT(read(input()), IsEmpty());
}

TEST_F(VotesIn, OfAnotherJobSegmentOrAttemptAreNone) {
    const Bytes right = input();
    terms.job = JobId(5);
    EXPECT_THAT(read(right), IsEmpty());
    terms.job = JobId(4);
    cast.segment = SegmentIndex(1);
    EXPECT_THAT(read(input()), IsEmpty());
    cast.segment = kThird;
    cast.attempt = AttemptIndex(1);
    EXPECT_THAT(votes_in(input(), terms, kThird, hash_of(7)), IsEmpty()) << "signed for another attempt";
    terms.domain_separator = hash_of(2);
    EXPECT_THAT(read(right), IsEmpty()) << "signed for another board";
}

TEST_F(VotesIn, AreNoneInBytesThatAreNoCallOfIt) {
    const Bytes right = input();
    for (std::size_t length = 0; length < right.size(); length += length < 8 ? 1 : 32) {
        EXPECT_THAT(read(ByteSpan(right).first(length)), IsEmpty()) << length;
    }
    Bytes other = right;
    other[0] ^= 1;
    EXPECT_THAT(read(other), IsEmpty());
    EXPECT_THAT(read(translate(node::CloseAttempt{JobId(4), kThird}).call.data), IsEmpty());
}

TEST_F(OnEthereum, VotesAreReadBackFromTheTransactionsThatBroughtThem) {
    run_job();
    const auto terms = chain_->terms();
    prepare(terms);
    EXPECT_THAT(cast_votes(net_.client(), net_.deployment(), terms, SegmentIndex(0), cast_.votes[0].digest), IsEmpty());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);
    chain_->submit(cast_);
    (void)wait_for<node::SegmentAccepted>();

    const auto found = cast_votes(net_.client(), net_.deployment(), terms, SegmentIndex(0), cast_.votes[0].digest);

    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].vote, cast_.votes[0]);
    EXPECT_EQ(found[1].vote, cast_.votes[1]);
    EXPECT_THAT(cast_votes(net_.client(), net_.deployment(), terms, SegmentIndex(0), hash_of(77)), IsEmpty());
}

/// The votes of this job carry a witness that its opening does not give.
TEST_F(OnEthereum, AFalseWitnessIsProvenOnceAndNotBeforeTheSegmentIsFinal) {
    run_job();
    const auto terms = chain_->terms();
    prepare(terms);
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);
    chain_->submit(cast_);
    (void)wait_for<node::SegmentAccepted>();
    const node::ProveFalseWitness proof{job_, SegmentIndex(0), AttemptIndex(0), cast_.votes[1], opening_};
    chain_->submit(proof);
    EXPECT_EQ(wait_for<node::ActionRefused>().action, "ProveFalseWitness");

    net_.mine(40);
    chain_->submit(node::Finalize{job_, SegmentIndex(0), {cast_.members}});
    (void)wait_for<node::SegmentFinal>();
    chain_->submit(proof);
    const auto slashed = wait_for<node::ExecutorSlashed>();

    EXPECT_EQ(slashed.executor, cast_.votes[1].executor);
    EXPECT_EQ(slashed.fault, node::ChainFault::FalseWitness);
    EXPECT_GT(slashed.amount, Wei(0));
}

}  // namespace
}  // namespace cone::adapter
