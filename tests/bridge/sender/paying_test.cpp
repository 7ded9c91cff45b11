// What a transaction waits for before it is paid, who goes first, and what a restart remembers.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <latch>

#include "bridge/sender/send_queue.hpp"
#include "tests/bridge/sender/sender_bench.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::test {
namespace {

using sender::Claim;
using sender::Deferred;
using sender::FeeClass;
using sender::kGwei;

eth::Transaction decoded_fields(const Bytes& raw) {
    return eth::decode_transaction(raw).value().transaction;
}

Outgoing of_class(FeeClass fee_class, std::uint8_t content = 1) {
    Outgoing request = outgoing(content);
    request.claim.fee_class = fee_class;
    return request;
}

/// Alarms are collected; the clock at each is kept.
struct AlarmBench : SenderBench {
    AlarmBench() {
        settings.alarm = [this](const std::string& what) { alarms.emplace_back(clock.now(), what); };
    }
    std::vector<std::pair<Millis, std::string>> alarms;
};

TEST(Paying, LooksBeforeItPaysAlsoWithAGivenGasLimit) {
    SenderBench bench;
    bench.chain.reverts = true;
    Outgoing request = outgoing();
    request.gas_limit = 50'000;

    const Outcome outcome = bench.send(request);

    ASSERT_TRUE(std::holds_alternative<Reverted>(outcome));
    EXPECT_FALSE(std::get<Reverted>(outcome).receipt);
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Paying, SignsNothingNewWhileTheEndpointsDisagree) {
    AlarmBench bench;
    bench.chain.looks_until_mined = -1;
    const auto agreed = [&] {
        return bench.clock.now() >= Millis(10'000) &&
               (bench.clock.now() < Millis(20'000) || bench.clock.now() >= Millis(200'000));
    };
    bench.settings.may_sign = agreed;
    std::vector<Millis> signed_at;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && !acted) {
            signed_at.push_back(bench.clock.now());
            EXPECT_TRUE(agreed()) << bench.clock.now().count();
            bench.chain.looks_until_mined = signed_at.size() == 2 ? 1 : -1;
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));

    ASSERT_EQ(signed_at.size(), 2U) << "one after the first agreement, its replacement after the second";
    EXPECT_LE(signed_at[0], Millis(13'000));
    EXPECT_GE(signed_at[1], Millis(200'000));
    EXPECT_NE(bench.alarms.at(0).second.find("call 1 waits: the endpoints disagree"), std::string::npos);
}

TEST(Paying, SendsSignedBytesAgainWhileTheEndpointsDisagree) {
    SenderBench bench;
    broadcast_and_die(bench, outgoing(1));
    bench.chain.pool.clear();
    bench.settings.may_sign = [] { return false; };

    EXPECT_EQ(bench.recover().size(), 1U);
    EXPECT_EQ(bench.different_bytes().size(), 1U);
}

TEST(Paying, RefusesAtOnceWhatTheAccountCannotPay) {
    AlarmBench bench;
    bench.chain.balance = 0;

    const Outcome outcome = bench.send();

    ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
    EXPECT_NE(std::get<Refused>(outcome).reason.find("insufficient funds"), std::string::npos);
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Paying, CountsTheEtherThatIsSentAlong) {
    AlarmBench bench;
    Outgoing request = outgoing();
    request.value = bench.chain.balance;

    EXPECT_TRUE(std::holds_alternative<Refused>(bench.send(request)));
    EXPECT_TRUE(bench.chain.received.empty());
}

TEST(Paying, WaitsForEtherAndRaisesAnAlarmOnceAMinute) {
    AlarmBench bench;
    bench.settings.waits_for_ether = true;
    bench.chain.balance = 0;
    bench.chain.watch = [&](const std::string&, bool) {
        if (bench.clock.now() > Millis(150'000)) {
            bench.chain.balance = eth::U256(kGwei) * kGwei;
        }
    };

    EXPECT_TRUE(succeeded(bench.send()));

    ASSERT_EQ(bench.alarms.size(), 3U);
    EXPECT_EQ(bench.alarms[0].first, Millis(0));
    EXPECT_NE(bench.alarms[0].second.find("call 1 waits: its fee is at least"), std::string::npos) << bench.alarms[0].second;
    EXPECT_GE(bench.alarms[1].first, Millis(60'000));
}

TEST(Paying, BidsNoMoreThanTheAccountHas) {
    SenderBench bench;
    bench.chain.balance = eth::U256(26'250) * kGwei * 2;  // the bid would be 3 gwei a unit

    EXPECT_TRUE(succeeded(bench.send()));
    EXPECT_EQ(decoded_fields(bench.chain.received.at(0)).max_fee, 2 * kGwei);
}

TEST(Paying, StepsBackWhenItIsTooDearAndSomethingMorePressingWaits) {
    AlarmBench bench;
    bench.chain.base_fee = 200 * kGwei;  // class payout goes up to 100
    Claim waits{FeeClass::Payout, {}};
    bench.settings.waiting = [&] { return waits; };
    bench.chain.watch = [&](const std::string&, bool) {
        if (bench.clock.now() > Millis(10'000)) {
            waits.fee_class = FeeClass::Dispute;
        }
    };

    const Outcome outcome = bench.send(of_class(FeeClass::Payout));

    ASSERT_TRUE(std::holds_alternative<Deferred>(outcome));
    EXPECT_EQ(std::get<Deferred>(outcome).reason, "a gas unit costs 200 gwei, class payout may pay 100 gwei");
    EXPECT_TRUE(bench.chain.received.empty());
    EXPECT_EQ(bench.alarms.size(), 1U);
}

TEST(Paying, SendsTheDisputeFirstAndThePayoutWhenItIsCheapAgain) {
    SenderBench bench;
    bench.chain.base_fee = 200 * kGwei;
    bench.chain.watch = [&](const std::string&, bool) {
        if (!bench.chain.blocks.empty()) {
            bench.chain.base_fee = kGwei;
        }
    };
    sender::SendQueue* queue = nullptr;
    bench.settings.waiting = [&] { return queue->waiting(); };
    sender::Sender sender(bench.client, bench.key, bench.journal, bench.clock, bench.pause, bench.settings);
    std::latch both_wait(1);
    auto work = sender::work_of(sender, [] {});
    work.send = [&](const Outgoing& request) {
        both_wait.wait();
        return sender.send(request);
    };
    {
        sender::SendQueue waiting_line(work);
        queue = &waiting_line;
        (void)waiting_line.submit(of_class(FeeClass::Payout, 1));
        (void)waiting_line.submit(of_class(FeeClass::Commit, 2));
        (void)waiting_line.submit(of_class(FeeClass::Dispute, 3));
        (void)waiting_line.submit(of_class(FeeClass::Dispute, 4));
        both_wait.count_down();
        std::vector<sender::Ticket> finished;
        rpc::StoppablePause real;
        for (int i = 0; i < 2000 && finished.size() < 4; ++i) {
            for (const auto& sent : waiting_line.poll()) {
                EXPECT_TRUE(succeeded(sent.outcome));
                finished.push_back(sent.ticket);
            }
            (void)real.wait(Millis(5));
        }
        const bool payout_was_first = finished == std::vector<sender::Ticket>{3, 4, 2, 1};
        EXPECT_TRUE(payout_was_first) << "dispute, dispute, commit, payout";
    }
    EXPECT_EQ(bench.done(), (Bytes{3, 4, 2, 1}));
}

TEST(Paying, PaysADisputesPriceForWhatStandsBeforeIt) {
    SenderBench bench;
    const tests::TemporaryFolder folder;
    bench.settings.spend_file = folder.path() / "fees";
    bench.chain.looks_until_mined = 3;
    Claim waits{FeeClass::Payout, {}};
    bench.settings.waiting = [&] { return waits; };
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && acted && bench.chain.received.size() == 1) {
            bench.chain.base_fee = 150 * kGwei;  // above what a payout may pay
            waits = {FeeClass::Dispute, {}};
        }
    };

    EXPECT_TRUE(succeeded(bench.send(of_class(FeeClass::Payout))));

    EXPECT_GT(decoded_fields(bench.chain.received.back()).max_fee, 150 * kGwei);
    EXPECT_LE(bench.clock.now(), Millis(40'000)) << "the dispute's pace, not the payout's five minutes";
    EXPECT_EQ(sender::SpendBook(bench.settings.spend_file).of(0)->fee_class, FeeClass::Dispute);
}

TEST(Paying, WaitsUnsignedForAsLongAsItTakes) {
    AlarmBench bench;
    bench.chain.base_fee = 200 * kGwei;
    bench.chain.watch = [&](const std::string&, bool) {
        if (bench.clock.now() > 3 * bench.settings.patience) {
            bench.chain.base_fee = kGwei;
        }
    };

    EXPECT_TRUE(succeeded(bench.send(of_class(FeeClass::Payout)))) << "nothing is signed, so no patience can end";
    EXPECT_EQ(bench.alarms.size(), 91U) << "one a minute";
}

TEST(Paying, SettlesADearJobBeforeItCountsAsStalled) {
    AlarmBench bench;
    bench.chain.base_fee = 200 * kGwei;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_getBlockByNumber" && !acted && bench.chain.received.empty()) {
            bench.chain.blocks.emplace_back();
        }
    };
    Outgoing settle = of_class(FeeClass::Payout);
    settle.claim.term = {0, 100};

    const Outcome outcome = bench.send(settle);

    ASSERT_TRUE(succeeded(outcome));
    EXPECT_GT(std::get<rpc::Receipt>(outcome).block.number, 75U);
    EXPECT_LT(std::get<rpc::Receipt>(outcome).block.number, 80U);
}

TEST(Paying, LeavesAStuckPayoutAtItsCeilingWhenNothingWaits) {
    AlarmBench bench;
    bench.settings.patience = Millis(900'000);
    bench.chain.looks_until_mined = 3;
    bench.chain.watch = [&](const std::string& method, bool acted) {
        if (method == "eth_sendRawTransaction" && acted) {
            bench.chain.base_fee = 150 * kGwei;
        }
    };

    EXPECT_THROW((void)bench.send(of_class(FeeClass::Payout)), RpcError);

    for (const Bytes& raw : bench.chain.received) {
        EXPECT_LE(decoded_fields(raw).max_fee, 100 * kGwei);
    }
    EXPECT_FALSE(bench.alarms.empty());
}

TEST(Paying, DoesNotGetTheDaysBudgetAnewByARestart) {
    AlarmBench bench;
    const tests::TemporaryFolder folder;
    bench.settings.spend_file = folder.path() / "fees";
    bench.settings.fees.payout.most_a_day =
        eth::U256(kGwei) * 60'000;  // one transaction of 26,250 gas at 3 gwei does not fit twice
    bench.chain.base_fee = 2 * kGwei;
    ASSERT_TRUE(succeeded(bench.send(of_class(FeeClass::Payout, 1))));
    const std::uint64_t spent_at = bench.chain.timestamp;
    bench.settings.patience = Millis(3'600'000);
    bench.chain.watch = [&](const std::string& method, bool acted) {
        bench.chain.timestamp += method == "eth_maxPriorityFeePerGas" && acted ? 600U : 0U;
    };

    ASSERT_TRUE(succeeded(bench.send(of_class(FeeClass::Payout, 2))));  // another sender on the same file

    EXPECT_GE(bench.chain.timestamp, spent_at + 86'400);
    EXPECT_NE(bench.alarms.at(0).second.find("the day's budget of class payout is used up"), std::string::npos);
    EXPECT_EQ(bench.done(), (Bytes{1, 2}));
}

TEST(Paying, DoesNotGetTheDaysBudgetAnewFromANodeThatLiesAboutTheTime) {
    for (const std::uint64_t said_first : {1'700'000'000U, 0U}) {
        AlarmBench bench;
        std::uint64_t wall = 1'700'000'000;
        bench.settings.wall_clock = [&] { return wall; };
        bench.settings.fees.payout.most_a_day = eth::U256(kGwei) * 60'000;
        bench.chain.base_fee = 2 * kGwei;
        bench.chain.timestamp = said_first;
        sender::Sender sender = bench.sender();
        ASSERT_TRUE(succeeded(sender.send(of_class(FeeClass::Payout, 1))));
        bench.chain.timestamp = wall + 86'400;  // or the truth, after a lie
        bench.chain.watch = [&](const std::string& method, bool acted) {
            wall += method == "eth_maxPriorityFeePerGas" && acted ? 600U : 0U;
        };

        ASSERT_TRUE(succeeded(sender.send(of_class(FeeClass::Payout, 2))));

        EXPECT_GE(wall, 1'700'000'000U + 86'400U - 2 * 900U) << "a day went by";
        EXPECT_FALSE(bench.alarms.empty());
    }
}

TEST(Paying, TakesWhatWasPaidIntoTheBookAndNothingForWhatNeverWas) {
    SenderBench bench;
    const tests::TemporaryFolder folder;
    bench.settings.spend_file = folder.path() / "fees";
    ASSERT_TRUE(succeeded(bench.send()));
    const auto spend = sender::SpendBook(bench.settings.spend_file).of(0).value();
    EXPECT_LE(spend.wei, decoded_fields(bench.chain.received.at(0)).max_fee * bench.chain.gas_used);

    bench.chain.refuse = [](const std::string& method) -> std::optional<rpc::ErrorObject> {
        return method == "eth_sendRawTransaction" ? std::optional(rpc::ErrorObject{-32000, "insufficient funds", {}})
                                                  : std::nullopt;
    };
    ASSERT_TRUE(std::holds_alternative<Refused>(bench.send(outgoing(2))));
    EXPECT_EQ(sender::SpendBook(bench.settings.spend_file).of(1)->wei, 0);
}

TEST(Paying, WaitsForASignerThatIsAwayAndSendsNothingMeanwhile) {
    struct Away final : eth::Signer {
        explicit Away(eth::Signer& inner) : inner_(inner) {}
        const Address& address() const override { return inner_.address(); }
        eth::SignedTransaction sign(const eth::Transaction& transaction) override {
            if (away-- > 0) {
                throw rpc::CallFailed(rpc::Fault::Unreachable, "signer of bridge");
            }
            return inner_.sign(transaction);
        }
        int away = 5;
        eth::Signer& inner_;
    };
    SenderBench bench;
    Away signer(bench.key);
    sender::Sender sender(bench.client, signer, bench.journal, bench.clock, bench.pause, bench.settings);

    EXPECT_TRUE(succeeded(sender.send(outgoing())));
    EXPECT_EQ(bench.chain.received.size(), 1U);

    signer.away = 1'000'000;
    bench.settings.outage = Millis(10'000);
    sender::Sender impatient(bench.client, signer, bench.journal, bench.clock, bench.pause, bench.settings);
    try {
        (void)impatient.send(outgoing(2));
        FAIL();
    } catch (const RpcError& error) {
        EXPECT_EQ(error.code(), ExitCode::TryAgain);
    }
    EXPECT_EQ(bench.chain.received.size(), 1U);
}

}  // namespace
}  // namespace cone::test
