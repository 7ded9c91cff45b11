// One test a kind of fault between us and a node (the rows R of the fault list): the right logs in the end, each action done once.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "bridge/follower/final_block.hpp"
#include "bridge/rpc/decode.hpp"
#include "bridge/rpc/log_range.hpp"
#include "tests/bridge/proxy/ill_bench.hpp"

namespace cone::test {
namespace {

using follower::Follower;
using rpc::Json;
using sender::Outcome;
using sender::Outgoing;
using sender::Reverted;

/// Contract: logs the 32 bytes of its call data.
const Bytes kEcho = bytes_from_hex("0x6b6020600060003760206000a0600052600c6014f3").value();
/// Contract: does something the first time, reverts ever after.
const Bytes kOnce = bytes_from_hex("0x71600054600c576001600055005b60006000fd6000526012600ef3").value();
constexpr std::uint64_t kGwei = 1'000'000'000;

class Proxy : public testing::Test {
protected:
    Proxy() {
        (void)control.ask("evm_setAutomine", {false});
        pause.act = [this] { control.mine(); };
        echo = deploy(kEcho);
    }

    Address deploy(const Bytes& init_code) {
        const std::uint64_t nonce = plain_send(stranger, {.data = init_code});
        control.mine();
        return eth::created_address(stranger.address(), nonce);
    }
    /// Somebody's transaction without any of our machinery, not mined yet.
    std::uint64_t plain_send(eth::Signer& from, const Outgoing& what, std::optional<std::uint64_t> nonce = {}) {
        eth::Transaction transaction;
        transaction.chain_id = eth::kAnvilChainId;
        transaction.nonce = nonce ? *nonce : rpc::transaction_count(control.client, from.address(), rpc::BlockTag::Pending);
        transaction.max_priority_fee = 3 * kGwei;
        transaction.max_fee = 900 * kGwei;
        transaction.gas_limit = 200'000;
        transaction.to = what.to;
        transaction.data = what.data;
        rpc::send_raw_transaction(control.client, from.sign(transaction).raw);
        return transaction.nonce;
    }
    static Bytes word(std::uint8_t content) {
        Bytes data(32, 0);
        data[31] = content;
        return data;
    }
    /// A block with one log of somebody's.
    void strangers_log(std::uint8_t content) {
        (void)plain_send(stranger, {.to = echo, .data = word(content)});
        control.mine();
    }
    [[nodiscard]] Outgoing action(std::uint8_t content) const {
        return {.label = "action " + std::to_string(content), .to = echo, .data = word(content)};
    }
    Outcome send(const Outgoing& request) {
        sender::SendSettings settings{.chain_id = eth::kAnvilChainId};
        return sender::Sender(first.client, ours, journal, clock, pause, settings).send(request);
    }
    [[nodiscard]] follower::FollowSettings follow_settings() const { return {.addresses = {echo}, .first_block = 1}; }
    Follower follower(follower::SecondEndpoint* second = nullptr) {
        return {first.client, clock, follow_settings(), {}, second};
    }
    void poll(Follower& follower, int times = 12) {
        for (int i = 0; i < times; ++i) {
            replica.take(follower.poll());
            clock.advance(Millis(1'000));
        }
    }
    /// Data of the contract's logs on the chain: what was done, and how often.
    std::vector<Bytes> done() {
        std::vector<Bytes> out;
        for (const rpc::Log& log : rpc::read_logs(control.client, 0, rpc::block_number(control.client), {{echo}, {}})) {
            out.push_back(log.data);
        }
        return out;
    }
    /// The next `count` exchanges that ask for `method` (empty: any) have this ill.
    static void plague(IllClient& node, Ill ill, int count, const std::string& method = {}) {
        auto left = std::make_shared<int>(count);
        node.suffer([=](const Json& request) {
            const bool asked = method.empty() || (request.is_object() ? request : request[0])["method"] == method;
            return asked && *left != 0 && (*left)-- != 0 ? ill : Ill::None;
        });
    }

    Anvil anvil;
    Control control{anvil.url()};
    ManualClock clock;
    ActiveWait pause{clock};
    IllClient first{anvil.url(), pause};
    IllClient second_node{anvil.url(), pause};
    eth::LocalSigner ours{eth::dev_key(0, eth::kAnvilChainId)};
    eth::LocalSigner stranger{eth::dev_key(1, eth::kAnvilChainId)};
    sender::MemoryJournal journal;
    Replica replica;
    Address echo;
};

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

TEST_F(Proxy, R13NonceTakenByAnotherTool) {
    (void)plain_send(ours, {.to = echo, .data = word(100)});  // waits in the pool
    EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(1))));

    bool taken = false;
    pause.act = [&] {  // ours is dropped and another tool takes its nonce
        if (!taken && !journal.since(2).empty()) {
            (void)control.ask("anvil_dropTransaction", {to_hex(journal.since(2).front().signed_bytes.hash)});
            (void)plain_send(ours, {.to = echo, .data = word(101)}, 2);
            taken = true;
        }
        control.mine();
    };
    EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(2))));

    EXPECT_TRUE(taken);
    const auto all = done();
    EXPECT_EQ(std::set<Bytes>(all.begin(), all.end()), (std::set<Bytes>{word(100), word(1), word(101), word(2)}));
    EXPECT_EQ(all.size(), 4U) << "nothing twice";
}

TEST_F(Proxy, R14RefusalsThatAreNotTrue) {
    std::uint8_t content = 0;
    for (const Ill ill : {Ill::NonceTooLow, Ill::AlreadyKnown, Ill::Underpriced}) {
        for (const int times : {1, 2}) {
            plague(first, ill, times, "eth_sendRawTransaction");
            const std::uint64_t before = first.proxy.calls();
            EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(++content)))) << static_cast<int>(ill);
            EXPECT_LT(first.proxy.calls() - before, 60U) << "no endless loop";
            EXPECT_EQ(done().size(), content) << "once";
        }
    }
}

TEST_F(Proxy, R14ARefusalAfterALostAnswerDoesNotSendTwice) {
    for (const Ill lie : {Ill::NonceTooLow, Ill::AlreadyKnown, Ill::Underpriced}) {
        int broadcasts = 0;
        first.suffer([&](const Json& request) {
            if (request["method"] != "eth_sendRawTransaction") {
                return Ill::None;
            }
            return ++broadcasts == 1 ? Ill::AnswerLost : broadcasts == 2 ? lie : Ill::None;
        });
        const std::size_t before = done().size();
        EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(static_cast<std::uint8_t>(lie)))));
        control.mine();
        control.mine();
        EXPECT_EQ(done().size(), before + 1) << "the node had it all the time";
    }
}

TEST_F(Proxy, R14ARefusalOfWhatAReorganisationTookOutLeavesNoGap) {
    ASSERT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(1))));
    ASSERT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(2))));
    (void)control.ask("anvil_reorg", {2, Json::array()});
    ASSERT_TRUE(done().empty());
    for (const Ill lie : {Ill::Underpriced, Ill::NonceTooLow}) {
        plague(first, lie, 2, "eth_sendRawTransaction");
        EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(static_cast<std::uint8_t>(10 + static_cast<int>(lie))))));
    }
    EXPECT_EQ(done().size(), 4U);
}

TEST_F(Proxy, R15DroppedFromThePool) {
    bool dropped = false;
    int waits = 0;
    pause.act = [&] {
        if (!dropped && !journal.since(0).empty()) {
            (void)control.ask("anvil_dropTransaction", {to_hex(journal.since(0).front().signed_bytes.hash)});
            dropped = true;
        } else if (++waits > 3) {
            control.mine();
        }
    };
    const Millis begin = clock.now();
    EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(1))));
    EXPECT_TRUE(dropped);
    EXPECT_EQ(journal.since(0).size(), 1U) << "the same bytes";
    EXPECT_LE(clock.now() - begin, Millis(60'000));
    EXPECT_EQ(done().size(), 1U);
}

TEST_F(Proxy, R16BaseFeeTwoHundredfold) {
    bool spiked = false;
    pause.act = [&] {
        if (!spiked) {
            (void)control.ask("anvil_setNextBlockBaseFeePerGas", {"0x2e90edd000"});  // 200 gwei
            spiked = true;
        }
        control.mine();
    };
    const Outcome outcome = send(action(1));
    ASSERT_TRUE(std::holds_alternative<rpc::Receipt>(outcome));
    EXPECT_LE(std::get<rpc::Receipt>(outcome).gas_price, eth::U256(500) * kGwei) << "the ceiling";
    EXPECT_EQ(done().size(), 1U);
}

TEST_F(Proxy, R20StateMovedBeforeItWasMined) {
    const Address once = deploy(kOnce);
    pause.act = [&, raced = false]() mutable {
        if (!raced) {
            (void)control.ask("anvil_dropTransaction", {to_hex(journal.since(0).front().signed_bytes.hash)});
            (void)plain_send(stranger, {.to = once});
            raced = true;
        }
        control.mine();
    };
    const Outcome outcome = send({.label = "race", .to = once});
    ASSERT_TRUE(std::holds_alternative<Reverted>(outcome));
    EXPECT_TRUE(std::get<Reverted>(outcome).receipt) << "found out on chain";
    EXPECT_EQ(journal.since(0).size(), 1U) << "not tried again blindly: who decides looks again first";
    const Outcome again = send({.label = "race again", .to = once});
    EXPECT_FALSE(std::get<Reverted>(again).receipt) << "the simulation says so before anything is paid";
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
