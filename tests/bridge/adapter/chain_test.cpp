// A whole job through the node's Chain port on a real chain: terms, commitments, votes, verdict, settlement, refusals,
// reorganisation. SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/key_places.hpp"
#include "tests/bridge/adapter/running_job.hpp"

namespace cone::adapter {
namespace {

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

TEST_F(OnEthereum, ASettlementHasUntilTheJobCountsAsStalled) {
    journal_folder_ = folder_.path() / "journal";
    run_job();
    prepare(chain_->terms());
    play_to_final();
    const auto progress = net_.views().job(job_).last_progress_block;

    const auto settles_as = nonce();
    chain_->submit(settle());
    (void)wait_for<node::JobSettled>();
    chain_.reset();

    const auto places = places_of_key(journal_folder_, net_.client(), eth::kAnvilChainId, dev_account(kBridge).address());
    const auto spend = sender::SpendBook(places.fees).of(settles_as);
    ASSERT_TRUE(spend);
    EXPECT_EQ(spend->fee_class, sender::FeeClass::Payout);
    EXPECT_EQ(spend->term, (sender::Term{progress, progress + net_.views().rules().stall_blocks}));
}

TEST_F(OnEthereum, NewsOfOurTransactionAreThereWithoutAskingTheNode) {
    run_job();
    prepare(chain_->terms());
    (void)chain_->poll();
    EXPECT_FALSE(chain_->has_news());

    chain_->submit(post());
    for (int look = 0; look < 1000 && !chain_->has_news(); ++look) {
        (void)pause_.wait(Millis(10));
    }

    ASSERT_TRUE(chain_->has_news());
    const auto events = chain_->poll();
    ASSERT_EQ(events.size(), 1u) << "one look is enough";
    EXPECT_TRUE(std::holds_alternative<node::CommitmentsPosted>(events[0].body));
    EXPECT_FALSE(chain_->has_news());
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
    const auto voice = voice_of(member);

    voice->cast(second);
    const auto counted = wait_for<node::VoteCounted>();
    (void)wait_for<node::SegmentAccepted>();
    const auto sent = rpc::transaction_count(net_.client(), member);
    voice->cast(second);
    for (int look = 0; look < 1000 && voice->unfinished() > 0; ++look) {
        (void)pause_.wait(Millis(10));
    }

    EXPECT_EQ(counted.executor, member);
    EXPECT_EQ(counted.digest, cast_.votes[1].digest);
    EXPECT_EQ(counted.witness, cast_.votes[1].witness);
    EXPECT_EQ(voice->unfinished(), 0U);
    EXPECT_EQ(rpc::transaction_count(net_.client(), member), sent) << "a vote that is there is not sent";
}

class WithCommitWindow : public OnEthereum {
protected:
    WithCommitWindow() : OnEthereum(rules()) {}
    static contracts::Rules rules() {
        auto rules = Devnet::quick_rules();
        rules.commit_blocks = 3;
        return rules;
    }
};

/// The bridge posts a root without the member's commitment, casts the other's vote, and tells the member nothing.
TEST_F(WithCommitWindow, AMemberThatTheBridgeLeftOutCommitsAndVotes) {
    run_job();
    prepare(chain_->terms());
    const Address member = cast_.members[1];
    const Hash32 ours = std::exchange(cast_.commitments[1], Hash32{});
    const auto voice = voice_of(member);
    MemberEndpoint endpoint({net_.url(), eth::kAnvilChainId, net_.deployment()});
    EXPECT_TRUE(endpoint.read_history(job_, SegmentIndex(0), AttemptIndex(0)).members.empty()) << "before it is posted";
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();
    const auto posted = endpoint.read_history(job_, SegmentIndex(0), AttemptIndex(0));
    EXPECT_EQ(posted.members, cast_.members);
    EXPECT_TRUE(posted.direct.empty());

    voice->commit({job_, SegmentIndex(0), AttemptIndex(0), posted.members, 1, ours});
    const auto direct = wait_for<node::CommittedDirectly>();
    EXPECT_EQ(direct.executor, member);
    EXPECT_EQ(direct.commitment, ours);
    EXPECT_EQ(endpoint.read_history(job_, SegmentIndex(0), AttemptIndex(0)).direct,
              (std::map<Address, Hash32>{{member, ours}}));
    net_.mine(3);
    node::CastVotes first = cast_;
    first.votes.pop_back();
    chain_->submit(first);
    (void)wait_for<node::VoteCounted>();
    EXPECT_TRUE(endpoint.read_history(job_, SegmentIndex(0), AttemptIndex(1)).members.empty());

    node::CastVotes second = cast_;
    second.commitments.assign(second.members.size(), Hash32{});
    second.votes.erase(second.votes.begin());
    voice->cast(second);
    EXPECT_EQ(wait_for<node::VoteCounted>().executor, member);
    EXPECT_EQ(wait_for<node::SegmentAccepted>().votes, 2u);
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

TEST_F(OnEthereum, AnActionThatAReorganisationDropsIsSentAgainAndToldAgainBehindTheNewsOfIt) {
    run_job();
    prepare(chain_->terms());
    chain_->submit(post());
    (void)wait_for<node::CommitmentsPosted>();

    (void)net_.client().ask("anvil_reorg", {1, rpc::Json::array()});
    net_.mine(1);
    chain_->submit(cast_);
    (void)wait_for<node::BlocksReverted>();
    (void)wait_for<node::CommitmentsPosted>();
    (void)wait_for<node::SegmentAccepted>();

    EXPECT_EQ(count<node::BlocksReverted>(), 1u);
    EXPECT_EQ(count<node::CommitmentsPosted>(), 2u);
    EXPECT_EQ(seen_[1].block, seen_[0].block) << "the block that held it";
    EXPECT_GT(seen_[2].block, seen_[0].block) << "where it stands now";
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
    (void)wait_for<node::BlocksReverted>();
    (void)wait_for<node::CommitmentsPosted>();

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

}  // namespace
}  // namespace cone::adapter
