// A node that answers with errors of its own: they are waited out; a verdict is final at once.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

using Error = rpc::ErrorObject;

const std::vector<Error> kBadMoments{
    {-32005, "limit exceeded", {}},   {-32002, "request timed out", {}},
    {-32000, "header not found", {}}, {-32000, "txpool is full", {}},
    {-32603, "Internal error", {}},   {429, "Your app has exceeded its compute units per second capacity", {}}};

/// `method` is answered with `error` while `lasts` says so.
void answer_with(SenderBench& bench, const std::string& method, const Error& error, std::function<bool()> lasts) {
    bench.chain.refuse = [=](const std::string& asked) {
        return asked == method && lasts() ? std::optional(error) : std::nullopt;
    };
}

std::function<bool()> times(int count) {
    return [left = std::make_shared<int>(count)] { return (*left)-- > 0; };
}

TEST(BadMoment, OfAnyMethodLosesAndRepeatsNothing) {
    for (const char* method :
         {"eth_getTransactionCount", "eth_estimateGas", "eth_getBlockByNumber", "eth_maxPriorityFeePerGas", "eth_getBalance",
          "eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getTransactionByHash"}) {
        for (const Error& error : kBadMoments) {
            for (const int count : {1, 5}) {
                SenderBench bench;
                answer_with(bench, method, error, times(count));

                EXPECT_TRUE(succeeded(bench.send())) << method << ": " << error.message;
                EXPECT_EQ(bench.done(), Bytes{1}) << method << ": " << error.message;
                EXPECT_EQ(bench.different_bytes().size(), 1U) << method << ": " << error.message;
            }
        }
    }
}

TEST(BadMoment, OfASimulationWithAGivenGasLimitIsNoRefusal) {
    SenderBench bench;
    answer_with(bench, "eth_call", kBadMoments[0], times(3));
    Outgoing request = outgoing();
    request.gas_limit = 50'000;

    EXPECT_TRUE(succeeded(bench.send(request)));
}

TEST(BadMoment, OfAFullPoolIsWaitedOutWithAnAlarm) {
    SenderBench bench;
    std::vector<std::string> alarms;
    bench.settings.alarm = [&](const std::string& what) { alarms.push_back(what); };
    answer_with(bench, "eth_sendRawTransaction", {-32000, "txpool is full", {}},
                [&] { return bench.clock.now() < Millis(100'000); });

    EXPECT_TRUE(succeeded(bench.send()));

    EXPECT_EQ(bench.done(), Bytes{1});
    ASSERT_EQ(alarms.size(), 2U) << "one a minute";
    EXPECT_NE(alarms[0].find("call 1 waits: eth_sendRawTransaction: txpool is full"), std::string::npos) << alarms[0];
}

TEST(BadMoment, AfterTheNodeTookTheTransactionIsNoRefusal) {
    SenderBench bench;
    const auto once = times(1);
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && acted && once()) {
            throw rpc::CallFailed(rpc::Fault::TimedOut, "the answer was lost");
        }
    };
    answer_with(bench, "eth_sendRawTransaction", kBadMoments[0], [&] { return !bench.chain.received.empty(); });

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

TEST(BadMoment, WithoutEndEndsAsTryAgainAndKeepsTheBytes) {
    for (const char* method : {"eth_estimateGas", "eth_sendRawTransaction"}) {
        SenderBench bench;
        answer_with(bench, method, kBadMoments[0], [] { return true; });
        try {
            (void)bench.send();
            FAIL() << method;
        } catch (const RpcError& error) {
            EXPECT_EQ(error.code(), ExitCode::TryAgain) << method;
        }
        const bool was_signed = std::string(method) == "eth_sendRawTransaction";
        EXPECT_GE(bench.clock.now(), was_signed ? bench.settings.patience : bench.settings.outage);
        EXPECT_EQ(bench.journal.since(0).size(), was_signed ? 1U : 0U) << method;

        bench.chain.refuse = {};
        EXPECT_EQ(bench.recover().size(), was_signed ? 1U : 0U);
    }
}

TEST(BadMoment, MakesNothingFinal) {
    SenderBench bench;
    (void)bench.send();
    bench.chain.blocks.resize(100);
    int asked = 0;
    bench.chain.refuse = [&](const std::string& method) {
        return method == "eth_getBlockByNumber" && ++asked == 1 ? std::optional(kBadMoments[0]) : std::nullopt;
    };

    (void)bench.recover();

    EXPECT_EQ(bench.journal.since(0)[0].stage, sender::Stage::Mined) << "its depth counts only where there is no such tag";
}

TEST(BadMoment, IsNoVerdict) {
    const std::vector<Error> verdicts{{3, "whatever", {}},
                                      {-32000, "execution reverted: no", {}},
                                      {-32015, "VM execution error.", {}},
                                      {-32000, "a reason in data", bytes_from_hex("0xdeadbeef")},
                                      {-32000, "gas required exceeds allowance (0)", {}},
                                      {-32000, "insufficient funds for gas * price + value", {}},
                                      {-32601, "the method does not exist", {}},
                                      {-32602, "invalid argument 0", {}}};
    for (const Error& verdict : verdicts) {
        SenderBench bench;
        answer_with(bench, "eth_estimateGas", verdict, [] { return true; });

        EXPECT_FALSE(succeeded(bench.send())) << verdict.message;
        EXPECT_EQ(bench.clock.now(), Millis(0)) << verdict.message;
        EXPECT_TRUE(bench.chain.received.empty()) << verdict.message;
    }
}

TEST(BadMoment, IsNoRefusalByThePool) {
    for (const char* words : {"intrinsic gas too low", "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)",
                              "insufficient funds for gas * price + value"}) {
        SenderBench bench;
        answer_with(bench, "eth_sendRawTransaction", {-32000, words, {}}, [] { return true; });

        EXPECT_TRUE(std::holds_alternative<Refused>(bench.send())) << words;
        EXPECT_EQ(bench.clock.now(), Millis(0)) << words;
        EXPECT_TRUE(bench.journal.since(0).empty()) << "its nonce is free again";
    }
}

}  // namespace
}  // namespace cone::test
