// The sender against a node that forgets, lies low, refuses, re-organises and goes away: everything is sent exactly once.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/sender.hpp"

#include <gtest/gtest.h>

#include "tests/bridge/sender/sender_bench.hpp"

namespace cone::test {
namespace {

eth::Transaction decoded(const Bytes& raw) {
    return eth::decode_transaction(raw).value().transaction;
}

TEST(Sender, SendsInOrderAndReturnsTheReceipts) {
    SenderBench bench;

    EXPECT_TRUE(succeeded(bench.send(outgoing(1))));
    EXPECT_TRUE(succeeded(bench.send(outgoing(2))));

    EXPECT_EQ(bench.done(), (Bytes{1, 2}));
    EXPECT_EQ(bench.chain.received.size(), 2U);
    EXPECT_EQ(decoded(bench.chain.received[0]).gas_limit, 26'250U) << "the estimate and a quarter";
    EXPECT_EQ(decoded(bench.chain.received[0]).max_fee, 3'000'000'000U) << "2 * base + tip";
}

TEST(Sender, JournalsBeforeItSends) {
    SenderBench bench;
    bool was_kept = false;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted) {
            was_kept = bench.journal.since(0).size() == 1;
        }
    };

    (void)bench.send();

    EXPECT_TRUE(was_kept);
    EXPECT_EQ(bench.journal.since(0).at(0).signed_bytes.raw, bench.chain.received.at(0));
}

TEST(Sender, SendsNothingWhenTheJournalFails) {
    struct FullDisk final : sender::Journal {
        void intend(const std::string&, const std::string&) override {}
        void append(const sender::JournalEntry&) override { throw EnvironmentError("disk full"); }
        void advance(const Hash32&, sender::Stage, const rpc::BlockRef&) override {}
        void abandon(std::uint64_t) override {}
        std::vector<sender::JournalEntry> since(std::uint64_t) const override { return {}; }
        std::vector<sender::JournalEntry> of(const std::string&) const override { return {}; }
    };
    SenderBench bench;
    FullDisk journal;
    sender::Sender sender(bench.client, bench.key, journal, bench.clock, bench.pause, bench.settings);

    EXPECT_THROW((void)sender.send(outgoing()), EnvironmentError);
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Sender, SendsTheSameBytesAgainWhenTheNodeForgotThem) {
    SenderBench bench;
    int forgotten = 0;
    bench.chain.looks_until_mined = 3;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && acted && forgotten < 4) {
            ++forgotten;
            bench.chain.pool.clear();
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(bench.chain.received.size(), 5U);
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Sender, LooksForTheReceiptSoonAndThenEverLessOften) {
    SenderBench fast;
    fast.chain.looks_until_mined = 3;
    ASSERT_TRUE(succeeded(fast.send()));
    EXPECT_LE(fast.clock.now(), Millis(15)) << "mined at once, seen at once";

    SenderBench slow;
    slow.chain.looks_until_mined = 90;
    ASSERT_TRUE(succeeded(slow.send()));
    EXPECT_GE(slow.clock.now(), Millis(4'000)) << "ninety looks take seconds";
    EXPECT_LE(slow.clock.now(), 90 * slow.settings.poll_interval);
}

TEST(Sender, PaysAnEighthMoreOnlyAfterReplaceAfter) {
    SenderBench bench;
    bench.chain.looks_until_mined = -1;
    bench.chain.watch = [&](const std::string&, bool) {
        if (bench.chain.received.size() == 3) {
            bench.chain.looks_until_mined = 1;
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));

    ASSERT_EQ(bench.different_bytes().size(), 3U);
    EXPECT_GE(bench.clock.now(), 2 * bench.settings.fees.commit.replace_after);
    EXPECT_LE(bench.clock.now(), 2 * bench.settings.fees.commit.replace_after + Millis(2'000));
    for (std::size_t i = 1; i < 3; ++i) {
        const eth::Transaction old = decoded(bench.chain.received[i - 1]);
        const eth::Transaction more = decoded(bench.chain.received[i]);
        EXPECT_EQ(more.nonce, old.nonce);
        EXPECT_EQ(more.data, old.data);
        EXPECT_GE(more.max_fee * 8, old.max_fee * 9);
        EXPECT_GE(more.max_priority_fee * 8, old.max_priority_fee * 9);
    }
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Sender, FindsTheReceiptOfAnOlderVersion) {
    SenderBench bench;
    bench.chain.looks_until_mined = -1;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted && bench.chain.received.size() == 1) {
            bench.chain.mine();  // the first version, while the second is on its way
        }
    };

    const Outcome outcome = bench.send();

    ASSERT_TRUE(succeeded(outcome));
    EXPECT_EQ(std::get<rpc::Receipt>(outcome).transaction, eth::decode_transaction(bench.chain.received[0])->hash);
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Sender, TakesANewNonceWhenAnotherTransactionTookIts) {
    SenderBench bench;
    bool taken = false;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted && !taken) {
            taken = true;
            bench.chain.foreign_transaction();
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(bench.done(), Bytes{1});
    EXPECT_EQ(decoded(bench.chain.received.back()).nonce, 1U);
    EXPECT_EQ(bench.journal.since(0).size(), 1U) << "the version that can never be mined is abandoned";
}

TEST(Sender, GivesUpWhenItsNonceIsTakenAgainAndAgain) {
    SenderBench bench;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted) {
            bench.chain.foreign_transaction();
        }
    };

    EXPECT_TRUE(std::holds_alternative<Refused>(bench.send()));
    EXPECT_TRUE(bench.done().empty());
    EXPECT_TRUE(bench.journal.since(0).empty());
}

TEST(Sender, TellsARevertBeforeItPays) {
    SenderBench bench;
    bench.chain.reverts = true;

    const Outcome outcome = bench.send();

    ASSERT_TRUE(std::holds_alternative<Reverted>(outcome));
    EXPECT_FALSE(std::get<Reverted>(outcome).receipt);
    EXPECT_EQ(to_hex(std::get<Reverted>(outcome).why.data), "0xdeadbeef");
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Sender, TellsWhyAMinedTransactionReverted) {
    SenderBench bench;
    bench.chain.reverts_only_mined = true;

    const Outcome outcome = bench.send();

    ASSERT_TRUE(std::holds_alternative<Reverted>(outcome));
    EXPECT_TRUE(std::get<Reverted>(outcome).receipt);
    EXPECT_EQ(to_hex(std::get<Reverted>(outcome).why.data), "0xdeadbeef");
    EXPECT_EQ(bench.chain.received.size(), 1U) << "a revert is not sent again";
}

TEST(Sender, TellsOutOfGas) {
    SenderBench bench;
    bench.chain.reverts_only_mined = true;
    Outgoing request = outgoing();
    request.gas_limit = bench.chain.gas_used;

    const Outcome outcome = bench.send(request);

    EXPECT_NE(std::get<Reverted>(outcome).why.message.find("out of gas"), std::string::npos);
}

TEST(Sender, TellsWhatTheNodeRefusesAndReusesTheNonce) {
    SenderBench bench;
    bench.chain.refuse = [](const std::string& method) -> std::optional<rpc::ErrorObject> {
        if (method == "eth_sendRawTransaction") {
            return rpc::ErrorObject{-32000, "insufficient funds for gas * price + value", {}};
        }
        return std::nullopt;
    };
    const Outcome outcome = bench.send(outgoing(1));
    bench.chain.refuse = {};

    EXPECT_NE(std::get<Refused>(outcome).reason.find("insufficient funds"), std::string::npos);
    EXPECT_TRUE(succeeded(bench.send(outgoing(2))));
    EXPECT_EQ(bench.done(), Bytes{2});
}

TEST(Sender, RefusedEstimateSendsNothing) {
    SenderBench bench;
    bench.chain.refuse = [](const std::string& method) -> std::optional<rpc::ErrorObject> {
        return method == "eth_estimateGas" ? std::optional(rpc::ErrorObject{-32000, "gas required exceeds allowance", {}})
                                           : std::nullopt;
    };

    EXPECT_TRUE(std::holds_alternative<Refused>(bench.send()));
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Sender, FollowsTheBaseFeeUp) {
    SenderBench bench;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted && bench.chain.received.empty()) {
            bench.chain.base_fee *= 200;  // between the quote and the broadcast
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Sender, WaitsAtTheFeeCeilingUntilTheBaseFeeFalls) {
    SenderBench bench;
    bench.settings.fees.commit.max_fee = 2'000'000'000;
    bench.chain.base_fee = 5'000'000'000;
    bench.chain.watch = [&](const std::string&, bool) {
        if (bench.clock.now() > Millis(60'000)) {
            bench.chain.base_fee = 1'000'000'000;
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));
    for (const Bytes& raw : bench.chain.received) {
        EXPECT_LE(decoded(raw).max_fee, bench.settings.fees.commit.max_fee);
    }
}

TEST(Sender, SendsAgainWhatAReorganisationTookOutBeforeTheNext) {
    SenderBench bench;
    (void)bench.send(outgoing(1));
    bench.chain.undo_last_block();
    ASSERT_TRUE(bench.done().empty());

    EXPECT_TRUE(succeeded(bench.send(outgoing(2))));

    EXPECT_EQ(bench.done(), (Bytes{1, 2}));
    EXPECT_EQ(bench.different_bytes().size(), 2U) << "the same bytes for the first";
}

TEST(Sender, WorksWithoutThePriorityFeeMethod) {
    SenderBench bench;
    bench.chain.refuse = [](const std::string& method) -> std::optional<rpc::ErrorObject> {
        return method == "eth_maxPriorityFeePerGas" ? std::optional(rpc::ErrorObject{-32601, "Method not found", {}})
                                                    : std::nullopt;
    };

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(decoded(bench.chain.received.at(0)).max_priority_fee, bench.settings.fees.least_tip);
}

TEST(Sender, RunsOutOfPatienceWithoutLosingAnything) {
    SenderBench bench;
    bench.settings.patience = Millis(120'000);
    bench.chain.looks_until_mined = -1;

    try {
        (void)bench.send();
        FAIL();
    } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), ExitCode::TryAgain);
    }
    bench.chain.looks_until_mined = 1;
    EXPECT_EQ(bench.recover().size(), 1U);
    EXPECT_EQ(bench.done(), Bytes{1});
}

TEST(Sender, RefusesADamagedJournal) {
    SenderBench bench;
    auto signed_bytes = bench.key.sign(eth::Transaction{});
    for (const std::size_t at : {std::size_t{0}, signed_bytes.raw.size() / 2, signed_bytes.raw.size() - 1}) {
        auto damaged = signed_bytes;
        damaged.raw[at] ^= 1;
        sender::MemoryJournal journal;
        journal.append({0, "x", damaged});
        sender::Sender sender(bench.client, bench.key, journal, bench.clock, bench.pause, bench.settings);
        EXPECT_THROW(sender.recover(), DataError) << at;
    }
    bench.journal.append({7, "the nonce is another", signed_bytes});
    EXPECT_THROW(bench.sender().recover(), DataError);
    EXPECT_TRUE(bench.chain.received.empty());
}

}  // namespace
}  // namespace cone::test
