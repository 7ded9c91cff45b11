// One test a kind of fault between us and a node, for what we are told: the right logs in the end (the rows R of the fault list).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/follower/final_block.hpp"
#include "bridge/rpc/log_range.hpp"
#include "tests/bridge/proxy/proxy.hpp"

namespace cone::test {
namespace {

using sender::Reverted;

TEST_F(Proxy, R01NodeAwayForSecondsMinutesHours) {
    Follower reader = follower();
    const auto away_for = [&](Millis span) {
        plague(first, Ill::Down, -1);
        strangers_log(1);
        for (const Millis end = clock.now() + span; clock.now() < end;) {
            replica.take(reader.poll());
            clock.advance(span / 10);
        }
        first.get_well();
        poll(reader, 2);
    };
    away_for(Millis(10'000));
    away_for(Millis(590'000));
    EXPECT_EQ(replica.log_data(), done());
    try {
        away_for(Millis(6 * 3'600'000));
        ADD_FAILURE() << "nobody waits for six hours";
    } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), ExitCode::TryAgain);
    }
    first.get_well();
    poll(reader);
    EXPECT_EQ(replica.log_data(), done()) << "nothing is lost on return";
    plague(first, Ill::AnswerLost, 5, "eth_sendRawTransaction");
    EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(9))));
    poll(reader, 4);
    EXPECT_EQ(replica.log_data(), done());
}

TEST_F(Proxy, R02AnswersThatAreNone) {
    plague(first, Ill::Slow, 1);
    EXPECT_EQ(rpc::chain_id(first.client), 31337U);
    for (const Ill ill : {Ill::TooMany, Ill::BadGateway, Ill::Truncated, Ill::Html}) {
        plague(first, ill, 2);
        EXPECT_EQ(rpc::chain_id(first.client), 31337U) << static_cast<int>(ill) << " passes by itself";
        plague(first, ill, 3);
        EXPECT_THROW((void)rpc::chain_id(first.client), rpc::CallFailed);
    }
    plague(first, Ill::WrongId, 1);
    EXPECT_THROW((void)rpc::chain_id(first.client), rpc::CallFailed) << "another's answer is never ours: one try";
    EXPECT_EQ(rpc::chain_id(first.client), 31337U);

    Follower reader = follower();
    for (const Ill ill : {Ill::TooMany, Ill::BadGateway, Ill::Truncated, Ill::Html}) {
        plague(first, ill, 4);
        const auto content = static_cast<std::uint8_t>(ill);
        EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(content))));
        plague(first, ill, 4);
        poll(reader, 6);
        EXPECT_EQ(journal.since(0).size(), done().size());
    }
    EXPECT_EQ(replica.log_data(), done());
    EXPECT_EQ(done().size(), 4U);
}

TEST_F(Proxy, R03HeadThatStandsStill) {
    follower::SecondEndpoint second(second_node.client, clock);
    Follower reader = follower(&second);
    strangers_log(1);
    poll(reader);
    ASSERT_TRUE(second.may_act());

    first.freeze_head(true);
    for (std::uint8_t i = 0; i < 64; ++i) {
        strangers_log(i);
    }
    poll(reader, 20);
    EXPECT_EQ(replica.log_data().size(), 1U);
    EXPECT_FALSE(second.may_act()) << "the second endpoint is ahead";
    clock.advance(Millis(170'000));
    poll(reader, 2);
    EXPECT_TRUE(reader.is_stale()) << "three minutes";
    EXPECT_EQ(replica.reverts, 0U);

    first.freeze_head(false);
    poll(reader, 20);
    EXPECT_EQ(replica.log_data(), done());
    EXPECT_TRUE(second.may_act());
    EXPECT_FALSE(reader.is_stale());
}

TEST_F(Proxy, R04ForgedLogsAndReceipts) {
    follower::SecondEndpoint second(second_node.client, clock);
    Follower reader = follower(&second);
    strangers_log(1);
    plague(first, Ill::ForgedLog, -1, "eth_getLogs");
    poll(reader);
    EXPECT_TRUE(replica.log_data().empty());
    EXPECT_FALSE(second.may_act());

    first.get_well();
    plague(second_node, Ill::ForgedLog, -1, "eth_getLogs");
    poll(reader);
    EXPECT_TRUE(replica.log_data().empty()) << "whichever of the two forges";

    second_node.get_well();
    plague(first, Ill::ForgedReceipt, -1, "eth_getTransactionReceipt");
    const Outcome told = send(action(2));
    first.get_well();
    poll(reader, 15);
    EXPECT_TRUE(std::holds_alternative<Reverted>(told)) << "the receipt lies";
    EXPECT_EQ(replica.log_data(), done()) << "the logs, of which there are two witnesses, tell that it was done";
    EXPECT_EQ(done(), (std::vector<Bytes>{word(1), word(2)}));
    EXPECT_TRUE(second.may_act());
}

TEST_F(Proxy, R05EndpointsOnDifferentForks) {
    const Anvil other_chain;
    Control other(other_chain.url());
    IllClient other_node(other_chain.url(), pause);
    (void)other.ask("anvil_mine", {"0x50"});
    follower::SecondEndpoint second(other_node.client, clock);
    Follower reader = follower(&second);
    (void)control.ask("anvil_mine", {"0x50"});
    strangers_log(1);

    poll(reader, 60);

    EXPECT_FALSE(second.may_act());
    EXPECT_NE(second.why_not()->find("final block"), std::string::npos) << *second.why_not();
    EXPECT_EQ(replica.log_data(), done()) << "it reads on";
}

TEST_F(Proxy, R11RangesTooLarge) {
    for (std::uint8_t i = 0; i < 20; ++i) {
        strangers_log(i);
    }
    first.suffer([](const Json& request) {
        const Json& filter = request["params"][0];
        const bool wide =
            request["method"] == "eth_getLogs" && std::stoull(filter["toBlock"].get<std::string>(), nullptr, 16) -
                                                          std::stoull(filter["fromBlock"].get<std::string>(), nullptr, 16) >=
                                                      3;
        return wide ? Ill::RangeLimit : Ill::None;
    });
    std::vector<Bytes> data;
    for (const auto& log : rpc::read_logs(first.client, 0, rpc::block_number(control.client), {{echo}, {}})) {
        data.push_back(log.data);
    }
    EXPECT_EQ(data.size(), 20U);
    EXPECT_EQ(data, done());
}

TEST_F(Proxy, R12NoFinalTag) {
    (void)control.ask("anvil_mine", {"0x64"});
    const std::uint64_t head = rpc::block_number(control.client);
    EXPECT_EQ(follower::final_block(first.client, 64).value().number, head - 64);
    first.suffer([](const Json& request) {
        return request["method"] == "eth_getBlockByNumber" && request["params"][0] == "finalized" ? Ill::NoTag : Ill::None;
    });
    EXPECT_EQ(follower::final_block(first.client, 20).value().number, head - 20) << "by depth";
    EXPECT_FALSE(follower::final_block(first.client, head + 1));
}

/// Our client polls, it has no WebSocket: the row's duplicate and out-of-order heads are newest blocks told twice and too late.
TEST_F(Proxy, R23HeadsTwiceAndOutOfOrder) {
    Follower reader = follower();
    int asked = 0;
    first.suffer([&](const Json& request) {
        const bool newest =
            request.is_object() && request["method"] == "eth_getBlockByNumber" && request["params"][0] == "latest";
        return newest && ++asked % 3 != 0 ? Ill::OldHead : Ill::None;
    });
    for (std::uint8_t i = 0; i < 30; ++i) {
        strangers_log(i);
        poll(reader, 2);
    }
    poll(reader, 4);
    EXPECT_EQ(replica.log_data(), done());
    EXPECT_EQ(replica.reverts, 0U) << "late heads are no reorganisation";
}

TEST_F(Proxy, R26TimeJumps) {
    Follower reader = follower();
    strangers_log(1);
    (void)control.ask("evm_increaseTime", {900});
    strangers_log(2);
    poll(reader);
    EXPECT_EQ(replica.log_data(), done()) << "a real jump changes nothing: deadlines are in blocks";
    EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(3))));

    first.suffer([](const Json& request) {
        const bool asks = request.is_object() && request["method"] == "eth_getBlockByNumber";
        return asks && request["params"][0] == "latest" ? Ill::OtherTime : Ill::None;
    });
    EXPECT_THROW((void)reader.poll(), rpc::CallFailed) << "a forged one does not have the block's hash";
    first.get_well();
    poll(reader, 3);
    EXPECT_EQ(replica.log_data(), done());
}

}  // namespace
}  // namespace cone::test
