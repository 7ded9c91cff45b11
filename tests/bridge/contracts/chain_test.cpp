// The contracts on a real chain: deployed, checked, asked, and refusing by name.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "bridge/contracts/catalogue.hpp"
#include "bridge/contracts/deploy.hpp"
#include "bridge/eth/typed_data.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "tests/bridge/contracts/devnet.hpp"

namespace cone::contracts {
namespace {

using namespace cone::test;

std::string reason_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const ChainError& error) {
        return error.what();
    }
    return "no refusal";
}

TEST(OnChain, StandWhereThePlanSaidAndPassTheCheck) {
    Devnet net;
    check_deployment(net.client(), net.deployment());
    EXPECT_EQ(net.deployment().chain_id, 31337u);
    EXPECT_EQ(net.deployment().block, 1u);
    EXPECT_EQ(net.views().rules(), Devnet::quick_rules());
}

TEST(OnChain, FailTheCheckWhenTheCodeOrTheChainIsAnother) {
    Devnet net;
    Deployment other_code = net.deployment();
    other_code.at(Contract::JobBoard).code_hash.bytes[0] ^= 1;
    EXPECT_NE(reason_of([&] { check_deployment(net.client(), other_code); }).find("JobBoard is not at"), std::string::npos);
    Deployment no_code = net.deployment();
    no_code.at(Contract::Settlement).address.bytes[0] ^= 1;
    EXPECT_NE(reason_of([&] { check_deployment(net.client(), no_code); }).find("no code there"), std::string::npos);
    Deployment other_chain = net.deployment();
    other_chain.chain_id = 1;
    EXPECT_THROW(check_deployment(net.client(), other_chain), ConfigError);
}

TEST(OnChain, HaveTheDomainSeparatorThatVotesAreSignedUnder) {
    Devnet net;
    EXPECT_EQ(net.views().domain_separator(), eth::domain_separator(31337, net.deployment().address(Contract::JobBoard)));
}

TEST(OnChain, RefuseByName) {
    Devnet net;
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, close_auction(JobId(9), {})); }), "AuctionHouse: NoSuchAuction(auctionId=9)");
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, register_executor(1, Wei(1))); }),
              "ExecutorRegistry: WrongStake(sentWei=1, expectedWei=200000000000000000000)");
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, withdraw()); }),
              "Settlement: NothingToWithdraw(payee=0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC)");
    EXPECT_EQ(reason_of([&] { (void)net.views().least_bid(JobId(3)); }), "AuctionHouse: NoSuchAuction(auctionId=3)");
}

TEST(OnChain, MakeAJobOutOfABidAndFixItsSeedFromTheHeader) {
    Devnet net;
    const Request request = net.request();
    const JobId id = net.open_job(3, 4, request);
    const Job open = net.views().job(id);
    EXPECT_EQ(open.state, JobState::Open);
    EXPECT_EQ(open.sellers, 3);
    const std::vector shards{shard_root(0), shard_root(1), shard_root(2)};
    EXPECT_EQ(net.views().owners_of(shards)[1], dev_account(kFirstSeller + 1).address());
    EXPECT_EQ(net.views().owner_of(shard_root(2)), dev_account(kFirstSeller + 2).address());
    EXPECT_TRUE(net.views().owner_of(shard_root(3)).is_zero());
    EXPECT_EQ(net.views().escrow_of(id), Wei(static_cast<Uint128>(1'000'000'000) * 1'000'000'000));
    EXPECT_EQ(net.views().units_at(net.views().executors(), open.pool_block), (std::vector<std::uint32_t>{1, 1, 1, 1}));

    const auto header = rpc::block_header(net.client(), rpc::BlockId(open.seed_block));
    ASSERT_TRUE(header);
    const rpc::Receipt receipt = net.send(kBridge, fix_seed(id, rpc::header_rlp(*header)));

    const Job running = net.views().job(id);
    EXPECT_EQ(running.state, JobState::Running);
    EXPECT_EQ(running.set_cap, 4);
    EXPECT_EQ(running.job_seed, hash::job_seed(header->prev_randao, id));
    ASSERT_EQ(receipt.logs.size(), 1u);
    const auto event = decode_event(Contract::JobBoard, receipt.logs[0]);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->name, "SeedFixed");
    EXPECT_EQ(event->hash("jobSeed"), running.job_seed);
}

TEST(OnChain, MatchTheShardsOfEveryTagSetThatCarriesTheTags) {
    Devnet net;
    const auto sell = [&](const std::vector<std::string>& tags, std::size_t shard) {
        net.send(kFirstSeller, register_shard(tag_set(tags), shard_root(shard), 100, Wei(0)));
    };
    sell({"digits"}, 10);
    sell({"digits", "vision", "small"}, 11);
    sell({"vision"}, 12);
    sell({"digits", "vision"}, 13);
    sell({"digits", "vision", "small"}, 14);

    const auto lists = read_lists(net.client(), net.deployment(), tag_set({"vision", "digits"}));

    EXPECT_EQ(lists, (ShardLists{{shard_root(11), shard_root(14)}, {shard_root(13)}}));
    const JobId id = net.open_job(2, 4, net.request());
    EXPECT_EQ(net.views().job(id).sellers, 5);
    EXPECT_NE(reason_of([&] { net.send(kBuyer, close_auction(id, {})); }).find("AuctionClosed"), std::string::npos);
}

/// Somebody registers between the reading of the lists and the closing: it is refused as such, and goes through with new lists.
TEST(OnChain, ClosingWithListsThatGrewMeanwhileIsRefusedAndGoesThroughAgain) {
    for (const auto& tags : std::vector<std::vector<std::string>>{{"vision", "digits"}, {"vision", "digits", "small"}}) {
        Devnet net;
        const auto asked = tag_set({"vision", "digits"});
        net.send(kFirstSeller, register_shard(asked, shard_root(0), 100, Wei(0)));
        net.send(kBuyer, open_auction(asked, net.request(), Wei(1'000'000'000'000'000'000)));
        const JobId id = net.views().running_auction(asked);
        net.mine(5);
        const auto old_lists = read_lists(net.client(), net.deployment(), asked);
        net.send(kFirstSeller, register_shard(tag_set(tags), shard_root(1), 100, Wei(0)));

        const auto reason = reason_of([&] { net.send(kBuyer, close_auction(id, old_lists)); });
        EXPECT_TRUE(lists_are_old(reason)) << reason;
        net.send(kBuyer, close_auction(id, read_lists(net.client(), net.deployment(), asked)));
        EXPECT_EQ(net.views().job(id).sellers, 2);
        EXPECT_FALSE(lists_are_old(reason_of([&] { net.send(kBuyer, close_auction(id, old_lists)); }))) << "closed already";
    }
}

TEST(OnChain, OpenAJobAtAFixedPriceAndRefuseToPayBeforeItSettles) {
    Devnet net;
    const auto tags = tag_set({"vision", "digits"});
    net.send(kFirstSeller, register_shard(tags, shard_root(0), 100, Wei(0)));
    const Wei price = net.views().most_bid(net.request());

    const auto receipt = net.send(kBuyer, order_job(tags, net.request(), {{shard_root(0)}}, price));

    EXPECT_EQ(net.views().job(JobId(1)).state, JobState::Open);
    EXPECT_EQ(net.views().job(JobId(1)).pool_block + 1, receipt.block.number);
    EXPECT_EQ(net.views().escrow_of(JobId(1)), price);
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, pay_executors(JobId(1), 1)); }), "Settlement: NobodyToPay(jobId=1)");
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, reclaim_bond(JobId(1), SegmentIndex(0), AttemptIndex(1))); }),
              "JobBoard: NoBondHeld()");
    const auto other = [&] { net.send(kBuyer, order_job(tags, net.request(), {{shard_root(1)}}, price)); };
    EXPECT_NE(reason_of(other).find("ListMismatch(setKey=0x"), std::string::npos);
}

/// 30 % of it are the 1 ether that a missed reveal costs at least.
TEST(OnChain, RefuseAPriceThatPaysASegmentMoreThanAMissedRevealCosts) {
    Devnet net;
    const auto tags = tag_set({"vision", "digits"});
    net.send(kFirstSeller, register_shard(tags, shard_root(0), 100, Wei(0)));
    const Wei most = net.views().most_bid(net.request());
    EXPECT_EQ(to_string(most), "3333333333333333333");
    EXPECT_EQ(reason_of([&] { net.send(kBuyer, open_auction(tags, net.request(), Wei(most.value + 1))); }),
              "AuctionHouse: BidTooHigh(bidWei=3333333333333333334, mostWei=3333333333333333333)");
    Request generous = net.request();
    generous.executor_share_bp = 0;
    EXPECT_GT(net.views().most_bid(generous), most);
    net.send(kBuyer, open_auction(tags, generous, Wei(most.value + 1)));
}

TEST(OnChain, RefuseAHeaderThatIsNotTheSeedBlocks) {
    Devnet net;
    const JobId id = net.open_job(1, 2, net.request());
    const auto header = rpc::block_header(net.client(), rpc::BlockId(net.views().job(id).seed_block - 1));
    EXPECT_NE(
        reason_of([&] { net.send(kBridge, fix_seed(id, rpc::header_rlp(*header))); }).find("JobBoard: HeaderMismatch(given=0x"),
        std::string::npos);
}

}  // namespace
}  // namespace cone::contracts
