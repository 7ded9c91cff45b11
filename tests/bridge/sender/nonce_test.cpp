// When a nonce is given up: not by the word of one backend while another has not heard of the block.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

constexpr Millis kBlockTime{12'000};

/// Blocks without transactions come by themselves.
void grow_by_time(SenderBench& bench) {
    bench.chain.watch = [&bench, next = std::make_shared<Millis>(kBlockTime)](const std::string&, bool acted) {
        for (; !acted && bench.clock.now() >= *next; *next += kBlockTime) {
            bench.chain.blocks.emplace_back();
        }
    };
}

TEST(Nonce, IsKeptWhileALaggingBackendHasNoReceipt) {
    SenderBench bench;
    grow_by_time(bench);
    bench.chain.lags = [&](const std::string&) { return bench.clock.now() < Millis(20'000); };

    EXPECT_TRUE(succeeded(bench.send()));

    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(bench.different_bytes().size(), 1U);
    EXPECT_LE(bench.clock.now(), Millis(25'000));
}

TEST(Nonce, IsKeptWhateverThePoolSaysWhileTheChainHasItFree) {
    SenderBench bench;
    grow_by_time(bench);
    bench.chain.refuse = [&](const std::string& method) -> std::optional<rpc::ErrorObject> {
        const bool lies = method == "eth_sendRawTransaction" && bench.clock.now() < Millis(20'000);
        return lies ? std::optional(rpc::ErrorObject{-32000, "nonce too low", {}}) : std::nullopt;
    };

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Nonce, IsGivenUpWhenTheChainHadItUsedSomeBlocksAgo) {
    SenderBench bench;
    bench.chain.blocks.resize(10);
    grow_by_time(bench);
    bool taken = false;
    const auto grow = bench.chain.watch;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted && !taken) {
            taken = true;
            bench.chain.foreign_transaction();
        }
        grow(method, acted);
    };

    EXPECT_TRUE(succeeded(bench.send()));

    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_GE(bench.clock.now(), 3 * kBlockTime);
    EXPECT_LE(bench.clock.now(), 5 * kBlockTime);
}

}  // namespace
}  // namespace cone::test
