// A whole job through the node's Chain port on a real chain: terms, commitments, votes, verdict, settlement, refusals,
// reorganisation. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "bridge/adapter/ethereum_chain.hpp"
#include "bridge/adapter/member_voice.hpp"
#include "bridge/adapter/votes.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/bridge/adapter/values.hpp"
#include "tests/bridge/contracts/devnet.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::adapter {
namespace {

using namespace cone::test;

constexpr std::size_t kExecutors = 3;

eth::SecretKey key_of(const Address& executor) {
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        eth::SecretKey key = dev_account(kFirstExecutor + i);
        if (key.address() == executor) {
            return key;
        }
    }
    throw std::runtime_error("not an executor of this test");
}

class OnEthereum : public testing::Test {
protected:
    /// A running job of one segment with lead 2, three executors and two sellers; the first owns `more_shards` beside its own.
    void run_job(std::size_t more_shards = 0) {
        for (std::size_t i = 0; i < more_shards; ++i) {
            const auto tags = contracts::tag_set({"vision", "digits"});
            net_.send(kFirstSeller, contracts::register_shard(tags, shard_root(100 + i), 100, Wei(0)));
        }
        job_ = net_.open_job(2, kExecutors, net_.request());
        fix_seed();
        connect();
    }

    void fix_seed() {
        const auto header = rpc::block_header(net_.client(), rpc::BlockId(net_.views().job(job_).seed_block));
        net_.send(kBridge, contracts::fix_seed(job_, rpc::header_rlp(*header)));
    }

    /// Another process in this mode takes over; watching, it has no key.
    void go_on_in(Mode mode) {
        mode_ = mode;
        seen_.clear();
        next_ = 0;
        connect();
    }

    void connect(Millis outage = Millis(60'000)) {
        sender::SendSettings send;
        send.chain_id = eth::kAnvilChainId;
        send.poll_interval = Millis(10);
        send.outage = outage;
        chain_.reset();
        chain_ = std::make_unique<EthereumChain>(
            EthereumChainSettings{net_.url(), net_.deployment(), job_, send, {}, journal_folder_, {}, mode_},
            mode_ == Mode::Watch ? nullptr : std::make_unique<eth::LocalSigner>(dev_account(kBridge)));
    }

    /// The process ends, and another one starts with the same journal.
    void restart() {
        chain_.reset();
        seen_.clear();
        next_ = 0;
        connect();
    }

    [[nodiscard]] std::uint64_t nonce(rpc::BlockTag at = rpc::BlockTag::Latest) {
        return rpc::transaction_count(net_.client(), dev_account(kBridge).address(), at);
    }

    /// Submits while nothing is mined, until the transaction waits in the node's pool.
    void submit_unmined(const node::ChainAction& action) {
        (void)net_.client().ask("evm_setAutomine", {false});
        const auto before = nonce(rpc::BlockTag::Pending);
        chain_->submit(action);
        for (int look = 0; look < 1000 && nonce(rpc::BlockTag::Pending) == before; ++look) {
            (void)pause_.wait(Millis(10));
        }
        ASSERT_EQ(nonce(rpc::BlockTag::Pending), before + 1);
    }

    /// Polls until an event of this kind has come; all events are kept in `seen_`.
    template <class Body>
    Body wait_for() {
        for (int look = 0; look < 1000; ++look) {
            for (auto& event : chain_->poll()) {
                seen_.push_back(std::move(event));
            }
            for (; next_ < seen_.size(); ++next_) {
                if (const auto* body = std::get_if<Body>(&seen_[next_].body)) {
                    ++next_;
                    return *body;
                }
            }
            (void)pause_.wait(Millis(10));
        }
        throw std::runtime_error("no such event within 10 s");
    }

    template <class Body>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::count_if(
            seen_.begin(), seen_.end(), [](const auto& event) { return std::holds_alternative<Body>(event.body); }));
    }

    /// The first attempt's members with one vote each for the digest that `opening_` opens.
    void prepare(const node::JobTerms& terms) {
        accesses_.assign(terms.sellers.size(), 3);
        spec_hash_ = terms.spec_hash;
        for (const auto& seller : terms.sellers) {
            shards_.push_back(seller.shard_root);
        }
        opening_ = {
            terms.job_hash, SegmentIndex(0), terms.job_hash, hash_of(2), hash_of(3), 9500, hash::accesses_root(accesses_)};
        const Hash32 digest = hash::segment_digest(opening_);
        auto members = node::ticket_order(terms, SegmentIndex(0), terms.job_hash);
        members.resize(2);
        cast_ = {job_, SegmentIndex(0), AttemptIndex(0), members, {}, {}};
        for (std::uint32_t position = 0; position < members.size(); ++position) {
            const KeyVoteSigner signer(key_of(members[position]));
            const node::PreparedVote vote{SegmentIndex(0), AttemptIndex(0), members[position],
                                          digest,          hash_of(5),      node::random_salt()};
            cast_.commitments.push_back(node::commitment_of({terms.domain_separator, job_}, vote));
            cast_.votes.push_back(
                {position, members[position], digest, hash_of(5), vote.salt,
                 signer.sign_vote(terms.domain_separator, job_, SegmentIndex(0), AttemptIndex(0), digest, hash_of(5))});
        }
    }

    [[nodiscard]] node::PostCommitments post() const {
        return {job_,          SegmentIndex(0),   AttemptIndex(0),
                cast_.members, cast_.commitments, node::commitments_root(cast_.members, cast_.commitments)};
    }

    [[nodiscard]] node::Settle settle() const {
        return {job_,
                opening_.previous_digest,
                opening_.state_root,
                opening_.osmd_root,
                opening_.metric_bp,
                accesses_,
                spec_hash_,
                shards_};
    }

    void play_to_final() {
        chain_->submit(post());
        (void)wait_for<node::CommitmentsPosted>();
        net_.mine(1);
        chain_->submit(cast_);
        (void)wait_for<node::SegmentAccepted>();
        net_.mine(25);
        chain_->submit(node::Finalize{job_, SegmentIndex(0), {cast_.members}});
        (void)wait_for<node::SegmentFinal>();
    }

    Devnet net_;
    Mode mode_ = Mode::Act;
    rpc::StoppablePause pause_;
    tests::TemporaryFolder folder_;
    std::filesystem::path journal_folder_;
    std::vector<std::uint32_t> accesses_;
    Hash32 spec_hash_;
    std::vector<Hash32> shards_;
    JobId job_;
    std::unique_ptr<EthereumChain> chain_;
    hash::DigestOpening opening_;
    node::CastVotes cast_;
    std::vector<node::ChainEvent> seen_;
    std::size_t next_ = 0;
};

TEST_F(OnEthereum, TermsAreWhatTheContractsHold) {
    run_job();

    const node::JobTerms terms = chain_->terms();

    const contracts::Request request = net_.request();
    EXPECT_EQ(terms.job, job_);
    EXPECT_EQ(terms.buyer, dev_account(kBuyer).address());
    EXPECT_EQ(terms.spec_hash, request.spec_hash);
    EXPECT_EQ(terms.job_hash, hash::job_hash(request.spec_hash, hash::data_hash(std::vector{shard_root(0), shard_root(1)})));
    EXPECT_EQ(terms.segments, 1u);
    EXPECT_EQ(terms.lead, 2u);
    EXPECT_EQ(terms.min_size, 2u);
    ASSERT_EQ(terms.sellers.size(), 2u);
    EXPECT_EQ(terms.sellers[1].shard_root, shard_root(1));
    EXPECT_EQ(terms.sellers[1].address, dev_account(kFirstSeller + 1).address());
    EXPECT_EQ(terms.pool.size(), kExecutors);
    EXPECT_EQ(to_string(terms.escrow), "1000000000000000000");
}

TEST_F(OnEthereum, TermsOfAJobThatIsNotThereOrHasNoSeedAreRefused) {
    job_ = net_.open_job(2, kExecutors, net_.request());
    connect();
    EXPECT_THROW((void)chain_->terms(), ChainError);
    job_ = JobId(99);
    connect();
    EXPECT_THROW((void)chain_->terms(), ChainError);
}

TEST_F(OnEthereum, AJobGoesFromCommitmentsToPayout) {
    run_job();
    prepare(chain_->terms());

    play_to_final();
    chain_->submit(settle());
    const auto settled = wait_for<node::JobSettled>();

    EXPECT_TRUE(settled.met);
    EXPECT_EQ(settled.metric_bp, 9500u);
    EXPECT_EQ(count<node::ActionRefused>(), 0u);
    Wei paid;
    for (const auto& event : seen_) {
        if (const auto* credit = std::get_if<node::CreditAdded>(&event.body)) {
            paid += credit->amount;
        }
    }
    EXPECT_EQ(to_string(paid), "1000000000000000000");
    const auto costs = chain_->costs();
    ASSERT_EQ(costs.size(), 4u);
    EXPECT_EQ(costs[0].call, "JobBoard.postCommitments");
    EXPECT_EQ(costs[1].call, "JobBoard.castVotes");
    EXPECT_EQ(costs[3].call, "Settlement.settle");
    for (const auto& cost : costs) {
        EXPECT_GT(cost.gas, 21'000u) << cost.call;
    }
}

/// The bridge brings one of two votes; the other member brings its own, and what is counted already is not paid for again.
TEST_F(OnEthereum, AMemberThatTheBridgeLeftOutBringsItsVote) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);
    node::CastVotes first = cast_;
    first.votes.pop_back();
    chain_->submit(first);
    (void)wait_for<node::VoteCounted>();
    node::CastVotes second = cast_;
    second.votes.erase(second.votes.begin());
    const Address member = cast_.members[1];
    sender::SendSettings send;
    send.chain_id = eth::kAnvilChainId;
    send.poll_interval = Millis(10);
    MemberVoice voice({net_.url(), net_.deployment(), send}, std::make_unique<eth::LocalSigner>(key_of(member)));

    voice.cast(second);
    const auto counted = wait_for<node::VoteCounted>();
    (void)wait_for<node::SegmentAccepted>();
    const auto sent = rpc::transaction_count(net_.client(), member);
    voice.cast(second);
    for (int look = 0; look < 1000 && voice.unfinished() > 0; ++look) {
        (void)pause_.wait(Millis(10));
    }

    EXPECT_EQ(counted.executor, member);
    EXPECT_EQ(counted.digest, cast_.votes[1].digest);
    EXPECT_EQ(counted.witness, cast_.votes[1].witness);
    EXPECT_EQ(voice.unfinished(), 0U);
    EXPECT_EQ(rpc::transaction_count(net_.client(), member), sent) << "a vote that is there is not sent";
}

TEST_F(OnEthereum, ARefusalArrivesAsAnEventWithTheContractsReason) {
    run_job();
    prepare(chain_->terms());

    chain_->submit(node::Finalize{job_, SegmentIndex(0), {cast_.members}});
    const auto refused = wait_for<node::ActionRefused>();

    EXPECT_EQ(refused.action, "Finalize");
    EXPECT_TRUE(refused.reason.starts_with("JobBoard: ")) << refused.reason;
    EXPECT_TRUE(chain_->costs().empty());
    chain_->submit(post());
    EXPECT_EQ(wait_for<node::CommitmentsPosted>().root, post().root);
}

TEST_F(OnEthereum, AVoteWithAWrongSaltIsRefusedByName) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);

    auto cast = cast_;
    cast.votes[1].salt.bytes[0] ^= 1;
    chain_->submit(cast);

    EXPECT_EQ(wait_for<node::ActionRefused>().reason, "JobBoard: CommitmentNotOpened(position=1)");
}

TEST_F(OnEthereum, EqualCreditsInOneTransactionAreAllSeen) {
    run_job(2);
    prepare(chain_->terms());
    play_to_final();
    chain_->submit(settle());
    (void)wait_for<node::JobSettled>();

    const Address owner_of_three = dev_account(kFirstSeller).address();
    std::vector<std::string> credits;
    for (const auto& event : seen_) {
        if (const auto* credit = std::get_if<node::CreditAdded>(&event.body);
            credit != nullptr && credit->payee == owner_of_three) {
            credits.push_back(to_string(credit->amount));
        }
    }
    EXPECT_EQ(credits, std::vector<std::string>(3, "175000000000000000"));
}

TEST_F(OnEthereum, AnActionThatAReorganisationDropsIsSentAgainAndToldOnce) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();

    (void)net_.client().ask("anvil_reorg", {1, rpc::Json::array()});
    net_.mine(1);
    chain_->submit(cast_);
    (void)wait_for<node::SegmentAccepted>();

    EXPECT_EQ(count<node::CommitmentsPosted>(), 1u);
    EXPECT_EQ(net_.views().segment(job_, SegmentIndex(0)).state, contracts::SegmentState::Accepted);
}

TEST_F(OnEthereum, AnActionThatAReorganisationDropsIsSentAgainThoughNothingElseIs) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    ASSERT_EQ(chain_->costs().size(), 1u);

    (void)net_.client().ask("anvil_reorg", {1, rpc::Json::array()});
    net_.mine(1);
    const auto committed = [&] {
        return net_.views().segment(job_, SegmentIndex(0)).state == contracts::SegmentState::Committed;
    };
    ASSERT_FALSE(committed());
    for (int look = 0; look < 1000 && !committed(); ++look) {
        EXPECT_TRUE(chain_->poll().empty()) << "told already";
        (void)pause_.wait(Millis(10));
    }

    EXPECT_TRUE(committed());
    EXPECT_EQ(chain_->costs().size(), 1u) << "the same transaction";
}

/// R20: the state moved between the estimate and the block.
TEST_F(OnEthereum, ARaceThatIsLostIsToldByNameAndNotTriedAgainBlindly) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    const auto posted = wait_for<node::CommitmentsPosted>();
    net_.mine(posted.reveal_until_block - rpc::block_number(net_.client()) + 1);
    const auto before = nonce();
    submit_unmined(node::CloseAttempt{job_, SegmentIndex(0), AttemptIndex(0)});
    const auto call = contracts::close_attempt(job_, SegmentIndex(0));
    (void)net_.client().ask("eth_sendTransaction", {{{"from", to_hex(dev_account(kBuyer).address())},
                                                     {"to", to_hex(net_.deployment().address(call.contract))},
                                                     {"data", to_hex(call.data)},
                                                     {"gas", "0xf4240"},
                                                     {"maxFeePerGas", "0x174876e800"},
                                                     {"maxPriorityFeePerGas", "0xba43b7400"}}});  // it goes first
    net_.mine(1);

    const auto refused = wait_for<node::ActionRefused>();

    EXPECT_EQ(refused.action, "CloseAttempt");
    EXPECT_TRUE(refused.reason.starts_with("JobBoard: ")) << refused.reason;
    for (int look = 0; look < 20; ++look) {
        for (auto& event : chain_->poll()) {
            seen_.push_back(std::move(event));
        }
        (void)pause_.wait(Millis(10));
    }
    EXPECT_EQ(count<node::ActionRefused>(), 1u) << "what was refused is decided again by the coordinator, not repeated";
    EXPECT_EQ(nonce(), before + 1) << "paid for once";
}

class RestartedOnEthereum : public OnEthereum {
protected:
    RestartedOnEthereum() { journal_folder_ = folder_.path() / "journal"; }
};

TEST_F(RestartedOnEthereum, ADecisionMadeAgainIsNotSentAgain) {
    run_job();
    prepare(chain_->terms());
    const auto before = nonce();
    submit_unmined(post());
    restart();

    chain_->submit(post());
    (void)net_.client().ask("evm_setAutomine", {true});
    net_.mine(1);
    (void)wait_for<node::CommitmentsPosted>();

    EXPECT_EQ(chain_->costs().size(), 1u) << "recovered and asked for: one transaction";
    EXPECT_EQ(nonce(), before + 1);
    EXPECT_EQ(count<node::ActionRefused>(), 0u);
}

TEST_F(RestartedOnEthereum, ADecisionThatIsDoneIsNotSentAgainAndItsCostIsKept) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    const auto paid = chain_->costs();
    const auto before = nonce();
    restart();
    EXPECT_EQ(chain_->costs().size(), 1u) << "what an earlier process paid";

    chain_->submit(post());
    const auto costs = chain_->costs();

    ASSERT_EQ(costs.size(), 1u);
    EXPECT_EQ(costs[0].transaction, paid[0].transaction);
    EXPECT_EQ(costs[0].call, "JobBoard.postCommitments");
    EXPECT_EQ(costs[0].detail, paid[0].detail);
    EXPECT_EQ(costs[0].gas, paid[0].gas);
    EXPECT_EQ(nonce(), before);
}

TEST_F(RestartedOnEthereum, WithoutAJournalADecisionMadeAgainIsRefusedByTheContract) {
    journal_folder_.clear();
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    restart();

    chain_->submit(post());

    EXPECT_EQ(wait_for<node::ActionRefused>().action, "PostCommitments");
}

TEST_F(RestartedOnEthereum, WhatRevertedMeanwhileIsToldAsRefused) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    const auto posted = wait_for<node::CommitmentsPosted>();
    net_.mine(posted.reveal_until_block - rpc::block_number(net_.client()) + 1);
    submit_unmined(node::CloseAttempt{job_, SegmentIndex(0), AttemptIndex(0)});
    chain_.reset();
    (void)net_.client().ask("anvil_dropAllTransactions");
    (void)net_.client().ask("evm_setAutomine", {true});
    net_.send(kBuyer, contracts::close_attempt(job_, SegmentIndex(0)));

    restart();
    const auto refused = wait_for<node::ActionRefused>();

    EXPECT_EQ(refused.action, "CloseAttempt");
    EXPECT_EQ(refused.segment, SegmentIndex(0));
    EXPECT_TRUE(refused.reason.starts_with("JobBoard: ")) << refused.reason;
}

TEST_F(RestartedOnEthereum, ASecondBridgeWithTheSameKeyIsToldWhoHasIt) {
    run_job();
    auto first = std::move(chain_);
    EXPECT_THROW(connect(), sender::LeaseHeld);
    first.reset();
    EXPECT_NO_THROW(connect());
}

TEST_F(RestartedOnEthereum, ASecondBridgeWithAnotherKeyIsWelcome) {
    run_job();
    sender::SendSettings send;
    send.chain_id = eth::kAnvilChainId;
    EXPECT_NO_THROW(EthereumChain(EthereumChainSettings{net_.url(), net_.deployment(), job_, send, {}, journal_folder_},
                                  std::make_unique<eth::LocalSigner>(dev_account(kBuyer))));
}

TEST_F(OnEthereum, SendsNothingWhenItWatchesAndSeesEverything) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);
    go_on_in(Mode::Watch);
    const auto sent = nonce(rpc::BlockTag::Pending);

    for (const node::ChainAction& action :
         {node::ChainAction(post()), node::ChainAction(cast_), node::ChainAction(node::CloseAttempt{job_, SegmentIndex(0)}),
          node::ChainAction(node::Finalize{job_, SegmentIndex(0), {cast_.members}}), node::ChainAction(settle())}) {
        chain_->submit(action);
        EXPECT_NE(wait_for<node::ActionRefused>().reason.find("bridge.mode is watch"), std::string::npos);
    }

    EXPECT_EQ(count<node::CommitmentsPosted>(), 1U);
    EXPECT_EQ(nonce(rpc::BlockTag::Pending), sent);
}

TEST_F(OnEthereum, EndsWhatHasBegunWhenItDefendsAndBeginsNothing) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    net_.mine(1);
    go_on_in(Mode::Defend);

    chain_->submit(cast_);
    (void)wait_for<node::SegmentAccepted>();
    net_.mine(25);
    chain_->submit(node::Finalize{job_, SegmentIndex(0), {cast_.members}});
    (void)wait_for<node::SegmentFinal>();

    const auto sent = nonce(rpc::BlockTag::Pending);
    chain_->submit(settle());
    const auto refused = wait_for<node::ActionRefused>();
    EXPECT_EQ(refused.action, "Settle");
    EXPECT_EQ(refused.reason, "bridge.mode is defend: Settlement.settle of segment 0 is not sent");
    chain_->submit(post());
    EXPECT_EQ(wait_for<node::ActionRefused>().action, "PostCommitments");
    EXPECT_EQ(nonce(rpc::BlockTag::Pending), sent);
}

}  // namespace
}  // namespace cone::adapter
