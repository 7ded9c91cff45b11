// Another process takes a job over: after a crash, beside a bridge that lives, in another mode.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/adapter/running_job.hpp"

namespace cone::adapter {
namespace {

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
