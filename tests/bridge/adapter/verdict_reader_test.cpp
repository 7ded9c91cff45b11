// What endpoints say of a verdict, on real chains: a verdict and its challenge, a fork, an endpoint behind, dead, of another chain.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/verdict_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bridge/adapter/terms.hpp"
#include "bridge/adapter/votes.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/index/claims.hpp"
#include "bridge/index/history.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "bridge/rpc/log_range.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/bridge/adapter/values.hpp"
#include "tests/bridge/contracts/devnet.hpp"
#include "tests/bridge/proxy/fault_proxy.hpp"

namespace cone::adapter {
namespace {

using namespace cone::test;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint32_t kChallenger = 3;
constexpr std::uint32_t kStranger = 4;
constexpr std::size_t kExecutors = 3;
constexpr SegmentIndex kFirst{0};

eth::SecretKey executor_key(const Address& executor) {
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        eth::SecretKey key = dev_account(kFirstExecutor + i);
        if (key.address() == executor) {
            return key;
        }
    }
    throw std::runtime_error("not an executor of this test");
}

Hash32 slice(const Bytes& bytes, std::size_t at) {
    Hash32 word;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), word.bytes.size(), word.bytes.begin());
    return word;
}

/// A chain with a job of one segment, lead 2, whose first two members vote as a test says.
class Board {
public:
    Board() : job_(net.open_job(2, kExecutors, net.request())) {
        const auto header = rpc::block_header(net.client(), rpc::BlockId(net.views().job(job_).seed_block));
        net.send(kBridge, contracts::fix_seed(job_, rpc::header_rlp(*header)));
        terms = read_terms(net.client(), net.deployment(), job_);
    }

    /// The next members of the set vote for `digest`.
    void vote(std::uint32_t index, std::size_t first, std::size_t count, std::uint8_t digest) {
        auto order = node::ticket_order(terms, kFirst, terms.job_hash);
        const std::vector<Address> members(order.begin() + static_cast<std::ptrdiff_t>(first),
                                           order.begin() + static_cast<std::ptrdiff_t>(first + count));
        std::vector<Hash32> commitments;
        contracts::VoteGroup group{hash_of(digest), hash_of(5), {}};
        for (std::size_t i = 0; i < members.size(); ++i) {
            const KeyVoteSigner signer(executor_key(members[i]));
            const node::PreparedVote vote{kFirst, AttemptIndex(index), members[i], hash_of(digest), hash_of(5), hash_of(9)};
            commitments.push_back(node::commitment_of({terms.domain_separator, job_}, vote));
            const Bytes signature =
                signer.sign_vote(terms.domain_separator, job_, kFirst, AttemptIndex(index), hash_of(digest), hash_of(5));
            group.openings.push_back({static_cast<std::uint16_t>(i), vote.salt, slice(signature, 0), slice(signature, 32)});
        }
        const auto root = node::commitments_root(members, commitments);
        net.send(kBridge, contracts::post_commitments(job_, kFirst, AttemptIndex(index), members, root));
        net.mine(1);
        net.send(kBridge, contracts::cast_votes(job_, kFirst, AttemptIndex(index), members, commitments, {group}));
    }
    void challenge() { net.send(kChallenger, contracts::challenge(job_, kFirst, net.views().rules().challenge_bond)); }

    [[nodiscard]] VerdictReaderSettings settings(std::string url, std::uint32_t account = kChallenger) const {
        return {.url = std::move(url),
                .chain_id = eth::kAnvilChainId,
                .deployment = net.deployment(),
                .job = job_,
                .challenger = dev_account(account).address(),
                .call_timeout = Millis{2000}};
    }
    [[nodiscard]] VerdictReader reader(std::uint32_t account = kChallenger) const {
        return VerdictReader(settings(net.url(), account));
    }
    /// The same node under another name.
    [[nodiscard]] std::string alias() const { return "http://localhost" + net.url().substr(net.url().rfind(':')); }
    [[nodiscard]] JobId job() const { return job_; }

    Devnet net;
    node::JobTerms terms;

private:
    JobId job_;
};

/// What a watcher would decide whose two executions gave 'right'.
node::Decision decision(const Board& board, const std::array<node::EndpointReport, 2>& endpoints, std::uint8_t right) {
    node::SelfCheck check;
    check.job = board.job();
    check.job_hash = check.previous = board.terms.job_hash;
    check.executions.fill({hash_of(right), hash_of(1), {}, {}});
    check.endpoints = endpoints;
    check.may_act = true;
    return node::decide(check);
}

TEST(VerdictReader, ReadsAVerdictAtOneBlock) {
    Board board;
    auto reader = board.reader();
    const auto before = reader.look(kFirst);
    board.vote(0, 0, 2, 7);
    const auto seen = reader.look(kFirst);
    const auto newest = rpc::block_header(board.net.client());

    ASSERT_EQ(seen.failure, "");
    EXPECT_FALSE(before.record.has_verdict);
    EXPECT_TRUE(seen.record.has_verdict && seen.record.job_runs);
    EXPECT_FALSE(seen.record.challenged || seen.record.job_over || seen.record.ours);
    EXPECT_EQ(seen.record.accepted, hash_of(7));
    EXPECT_EQ(seen.record.previous, board.terms.job_hash);
    EXPECT_EQ(seen.record.set_size, 2U);
    EXPECT_EQ(seen.record.set_cap, 3U);
    EXPECT_EQ(seen.record.bond, *wei_from_ether("1"));
    EXPECT_EQ(seen.record.final_from_block, board.net.views().segment(board.job(), kFirst).final_from_block);
    EXPECT_EQ(seen.block, newest->number);
    EXPECT_EQ(seen.block_hash, newest->hash);
    EXPECT_EQ(seen.balance, *wei_from_ether("10000"));
    EXPECT_GT(seen.fees, Wei(0));
    EXPECT_FALSE(reader.look_at(kFirst, before.block).record.has_verdict);  // the past stays what it was
}

TEST(VerdictReader, SeesAChallengeAndWhoseItIs) {
    Board board;
    board.vote(0, 0, 2, 7);
    board.challenge();
    const auto pending = board.reader().look(kFirst);
    board.vote(1, 2, 1, 7);  // the third member says the same
    const auto again = board.reader().look(kFirst);
    const auto stranger = board.reader(kStranger).look(kFirst);

    EXPECT_TRUE(pending.record.challenged);
    EXPECT_FALSE(again.record.challenged);
    EXPECT_TRUE(again.record.ours);
    EXPECT_FALSE(stranger.record.ours);
    auto one = board.reader(), other = VerdictReader(board.settings(board.alias()));
    EXPECT_EQ(decision(board, look_twice(one, other, kFirst), 8).reason, node::Reason::ChallengedBefore);
}

TEST(VerdictReader, TwoEndpointsThatAgreeLetAChallengeGo) {
    Board board;
    board.vote(0, 0, 2, 7);
    auto one = board.reader(), other = VerdictReader(board.settings(board.alias()));

    const auto both = look_twice(one, other, kFirst);

    EXPECT_EQ(both[0].block_hash, both[1].block_hash);
    EXPECT_EQ(decision(board, both, 8).verdict, node::Verdict::Challenge);
    EXPECT_EQ(decision(board, both, 7).verdict, node::Verdict::Agrees);
}

/// R05, P35: two chains with the same contracts and the same job, on which other things were accepted.
TEST(VerdictReader, EndpointsOnTwoForksHoldAChallengeBack) {
    Board board, fork;
    board.vote(0, 0, 2, 7);
    fork.vote(0, 0, 2, 8);
    auto one = board.reader(), other = fork.reader();

    const auto both = look_twice(one, other, kFirst);

    EXPECT_EQ(both[0].failure + both[1].failure, "");
    EXPECT_NE(both[0].block_hash, both[1].block_hash);
    EXPECT_EQ(decision(board, both, 8).reason, node::Reason::EndpointsDisagree);
    EXPECT_EQ(decision(board, both, 7).reason, node::Reason::EndpointsDisagree);
}

TEST(VerdictReader, AnEndpointThatIsBehindIsAskedWithTheOtherAtABlockThatBothHave) {
    Board board, behind;
    board.net.mine(5);
    auto one = board.reader(), other = behind.reader();

    const auto both = look_twice(one, other, kFirst);

    EXPECT_EQ(both[0].block, both[1].block);
    EXPECT_EQ(both[0].block, both[1].head);
    EXPECT_EQ(both[0].head, both[1].head + 5);
}

TEST(VerdictReader, AnEndpointThatIsGoneOrOfAnotherChainHoldsAChallengeBack) {
    Board board;
    board.vote(0, 0, 2, 7);
    const Anvil stranger({"--chain-id", "1337"});
    auto one = board.reader(), dead = VerdictReader(board.settings("http://me:PASSWORD@127.0.0.1:1/v3/PATHKEY"));
    auto other_chain = VerdictReader(board.settings(stranger.url()));

    const auto half = look_twice(one, dead, kFirst);
    const auto mixed = look_twice(one, other_chain, kFirst);

    EXPECT_EQ(half[0].failure, "");
    EXPECT_THAT(half[1].failure, HasSubstr("cannot be reached: http://127.0.0.1:1: "));
    EXPECT_THAT(half[1].failure, Not(HasSubstr("PATHKEY"))) << "it goes to the log and to decisions.jsonl";
    EXPECT_THAT(half[1].failure, Not(HasSubstr("PASSWORD")));
    EXPECT_THAT(mixed[1].failure, HasSubstr("1337"));
    EXPECT_EQ(decision(board, half, 8).reason, node::Reason::EndpointFailed);
    EXPECT_EQ(decision(board, mixed, 8).reason, node::Reason::EndpointFailed);
}

/// One of two endpoints tells a base fee that no arithmetic holds: the other's report stands, and nobody falls over it.
TEST(VerdictReader, AnEndpointWithFiguresBeyondCountingEndsNoWatch) {
    Board board;
    board.vote(0, 0, 2, 7);
    FaultProxy liar(board.net.url(), [](const rpc::Json& request, const Forward& forward) {
        auto reply = rpc::Json::parse(forward());
        if (request.is_object() && request["method"] == "eth_getBlockByNumber") {
            reply["result"]["baseFeePerGas"] = "0x" + std::string(64, 'f');
        }
        return WireReply{.body = reply.dump()};
    });
    auto one = board.reader(), other = VerdictReader(board.settings(liar.url()));

    const auto both = look_twice(one, other, kFirst);

    EXPECT_EQ(both[0].failure, "");
    EXPECT_TRUE(!both[1].failure.empty() || both[1].fees > both[0].fees);
    EXPECT_EQ(decision(board, {both[1], both[0]}, 8).verdict, node::Verdict::Abstain);
}

/// The job ended before anybody answered the challenge: its bond comes back to who asks for it.
TEST(ClaimsOnEthereum, ABondOfAJobThatEndedVoidComesBack) {
    Board board;
    const Address challenger = dev_account(kChallenger).address();
    const auto claims = [&] {
        const auto& deployment = board.net.deployment();
        const auto logs = rpc::read_logs(board.net.client(), deployment.block, rpc::block_number(board.net.client()),
                                         {deployment.addresses(), {}});
        return index::claims_of(index::events_in(deployment, logs), challenger);
    };
    board.vote(0, 0, 2, 7);
    board.challenge();
    const Wei bond = board.net.views().rules().challenge_bond;
    const index::ForcedAttempt held{board.job(), kFirst, AttemptIndex(1), bond};
    const auto reclaim = contracts::reclaim_bond(held.job, held.segment, held.attempt);

    EXPECT_EQ(claims(), (index::Claims{{held}, {board.job()}, {}}));
    EXPECT_THROW(board.net.send(kChallenger, reclaim), ChainError) << "it can still be decided";
    board.net.mine(board.net.views().rules().stall_blocks + 1);
    board.net.send(kStranger, contracts::void_stale(board.job()));
    board.net.send(kStranger, reclaim);
    EXPECT_EQ(claims(), (index::Claims{{held}, {}, {}}));
    EXPECT_EQ(board.net.views().credit_of(challenger), bond);
    EXPECT_THROW(board.net.send(kStranger, reclaim), ChainError) << "once";
    board.net.send(kChallenger, contracts::withdraw());
    EXPECT_EQ(board.net.views().credit_of(challenger), Wei(0));
}

}  // namespace
}  // namespace cone::adapter
