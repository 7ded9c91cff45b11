// One test a kind of fault between us and a node, for what we send: each action done once (the rows R of the fault list).
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "tests/bridge/proxy/proxy.hpp"

namespace cone::test {
namespace {

using sender::Reverted;

/// Contract: does something the first time, reverts ever after.
const Bytes kOnce = bytes_from_hex("0x71600054600c576001600055005b60006000fd6000526012600ef3").value();

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

TEST_F(Proxy, R02TheNodesOwnErrorsRefuseNothing) {
    std::uint8_t content = 0;
    for (const Ill ill : {Ill::Limit, Ill::NoHeader, Ill::PoolFull}) {
        for (const char* method :
             {"eth_estimateGas", "eth_getTransactionCount", "eth_getBlockByNumber", "eth_sendRawTransaction"}) {
            plague(first, ill, 3, method);
            EXPECT_TRUE(std::holds_alternative<rpc::Receipt>(send(action(++content))))
                << static_cast<int>(ill) << " " << method;
            EXPECT_EQ(done().size(), content) << "once";
        }
    }
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

}  // namespace
}  // namespace cone::test
