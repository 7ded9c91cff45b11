// The node goes away, loses questions and answers, and the process dies at every single step: the effect is there exactly once.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

[[noreturn]] void unreachable() {
    throw rpc::CallFailed(rpc::Fault::Unreachable, "the node is away");
}

TEST(Outage, OfThirtySecondsAtAnyStepLosesAndRepeatsNothing) {
    for (int step = 0; step < 12; ++step) {
        SenderBench bench;
        int exchanges = 0;
        Millis back{0};
        bench.chain.watch = [&](const std::string&, bool acted) {
            if (!acted && exchanges++ == step) {
                back = bench.clock.now() + Millis(30'000);
            }
            if (!acted && bench.clock.now() < back) {
                unreachable();
            }
        };
        int reports = 0;
        bool came_back = false;
        bench.settings.report = [&](std::optional<Millis> away, const std::string&) {
            ++reports;
            came_back = !away;
        };

        EXPECT_TRUE(succeeded(bench.send())) << "step " << step;
        EXPECT_EQ(bench.done(), Bytes{1}) << "step " << step;
        EXPECT_EQ(bench.different_bytes().size(), 1U) << "step " << step;
        EXPECT_TRUE(came_back == (reports > 0));
    }
}

TEST(Outage, LosesAnswersToEveryMethodAndStillSendsOnce) {
    for (const char* method : {"eth_getTransactionCount", "eth_estimateGas", "eth_getBlockByNumber", "eth_maxPriorityFeePerGas",
                               "eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_getTransactionByHash"}) {
        for (const int lost : {1, 2, 3, 7}) {
            SenderBench bench;
            int left = lost;
            bench.chain.watch = [&](const std::string& asked, bool acted) {
                if (acted && asked == method && left-- > 0) {
                    throw rpc::CallFailed(rpc::Fault::TimedOut, "the answer was lost");
                }
            };

            EXPECT_TRUE(succeeded(bench.send())) << method << " " << lost;
            EXPECT_EQ(bench.done(), Bytes{1}) << method << " " << lost;
            EXPECT_EQ(bench.different_bytes().size(), 1U) << method << " " << lost;
        }
    }
}

TEST(Outage, BeyondItsLimitEndsAsTryAgainAndKeepsTheBytes) {
    SenderBench bench;
    bool away = false;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        away = away || (method == "eth_sendRawTransaction" && acted);
        if (away) {
            unreachable();
        }
    };

    try {
        (void)bench.send();
        FAIL();
    } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), ExitCode::TryAgain);
    }
    EXPECT_GE(bench.clock.now(), bench.settings.outage);
    EXPECT_LE(bench.clock.now(), bench.settings.outage + Millis(5'000));

    bench.chain.watch = {};
    const auto recovered = bench.recover();
    ASSERT_EQ(recovered.size(), 1U);
    EXPECT_EQ(recovered[0].label, "call 1");
    EXPECT_TRUE(succeeded(recovered[0].outcome));
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Outage, MalformedAnswersAreNotWaitedOut) {
    struct Nonsense final : rpc::Transport {
        rpc::HttpReply post(const std::string&) override { return {200, R"({"jsonrpc":"2.0","id":77,"result":null})"}; }
    };
    SenderBench bench;
    Nonsense nonsense;
    rpc::Client client(nonsense, bench.pause);
    sender::Sender sender(client, bench.key, bench.journal, bench.clock, bench.pause, bench.settings);

    EXPECT_THROW((void)sender.send(outgoing()), rpc::CallFailed);
    EXPECT_EQ(bench.clock.now(), Millis(0));
}

/// What a caller does after a restart: recover; if the effect is not there, send.
void finish_after_restart(SenderBench& bench) {
    (void)bench.recover();
    if (bench.done().empty()) {
        EXPECT_TRUE(succeeded(bench.send()));
    }
}

TEST(Crash, AtEveryStepAndARestartLeaveTheEffectExactlyOnce) {
    int steps = 0;
    for (bool crashed = true; crashed; ++steps) {
        SenderBench bench;
        crashed = send_and_die_at(bench, steps);

        finish_after_restart(bench);

        EXPECT_EQ(bench.done(), Bytes{1}) << "crash at half-exchange " << steps;
        EXPECT_EQ(bench.different_bytes().size(), 1U) << "crash at half-exchange " << steps;
    }
    EXPECT_GE(steps, 16) << "the crash points were not reached";
}

TEST(Crash, DuringAReplacementLeavesTheEffectExactlyOnce) {
    int steps = 0;
    for (bool crashed = true; crashed; steps += 7) {
        SenderBench bench;
        bench.chain.looks_until_mined = 120;  // longer than replace_after
        crashed = send_and_die_at(bench, steps);
        bench.chain.looks_until_mined = 2;

        finish_after_restart(bench);

        EXPECT_EQ(bench.done(), Bytes{1}) << "crash at half-exchange " << steps;
    }
    EXPECT_GE(steps, 200);
}

TEST(Stop, EndsAWaitingSender) {
    SenderBench bench;
    bench.chain.looks_until_mined = -1;
    rpc::StoppablePause pause;
    pause.stop();
    sender::Sender sender(bench.client, bench.key, bench.journal, bench.clock, pause, bench.settings);

    EXPECT_THROW((void)sender.send(outgoing()), rpc::Stopped);
    EXPECT_EQ(bench.journal.since(0).size(), 1U) << "what was signed is kept";
}

}  // namespace
}  // namespace cone::test
