// The sender on a real node: blocks that do not come, dropped transactions, reorganisations, fee spikes, lost answers, freezes.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/rpc/curl_transport.hpp"
#include "tests/bridge/rpc/scripted_transport.hpp"
#include "tests/bridge/sender/sender_bench.hpp"
#include "tests/support/anvil.hpp"

namespace cone::test {
namespace {

/// Moves a manual clock, and lets the test act while the sender waits.
class ActingPause final : public rpc::Pause {
public:
    explicit ActingPause(ManualClock& clock) : clock_(clock) {}
    bool wait(Millis span) override {
        clock_.advance(span);
        if (act) {
            act(++waits_);
        }
        return true;
    }
    std::function<void(int waits)> act;

private:
    ManualClock& clock_;
    int waits_ = 0;
};

struct AnvilBench {
    AnvilBench() { (void)control.ask("evm_setAutomine", {false}); }

    Anvil anvil;
    ManualClock clock;
    ActingPause pause{clock};
    rpc::CurlTransport wire{{.url = anvil.url(), .total_timeout = Millis(300)}};
    FlakyTransport flaky{wire};
    rpc::Client client{flaky, pause};
    rpc::CurlTransport control_wire{{.url = anvil.url()}};
    rpc::StoppablePause control_pause;
    rpc::Client control{control_wire, control_pause};  ///< the test's own connection: never fails
    eth::LocalSigner key{eth::dev_key(0, eth::kAnvilChainId)};
    sender::MemoryJournal journal;
    sender::SendSettings settings{.chain_id = eth::kAnvilChainId};

    void mine() { (void)control.ask("evm_mine"); }
    std::uint64_t nonce() { return rpc::transaction_count(control, key.address()); }
    Outcome send(const Outgoing& request) { return sender::Sender(client, key, journal, clock, pause, settings).send(request); }
};

/// Code that reverts with deadbeef, as the init code of a contract that does the same when called.
const Bytes kRevertingContract = bytes_from_hex("0x6c63deadbeef6000526004601cfd600052600d6013f3").value();

TEST(AnvilSender, DeploysAndTellsRevertsBeforeAndAfterMining) {
    AnvilBench bench;
    bench.pause.act = [&](int) { bench.mine(); };
    const Outcome deployed = bench.send({.label = "deploy", .data = kRevertingContract});
    ASSERT_TRUE(succeeded(deployed));
    const Address contract = std::get<rpc::Receipt>(deployed).created.value();
    EXPECT_EQ(rpc::code(bench.control, contract).size(), 13U);

    const Outcome before = bench.send({.label = "estimated", .to = contract});
    const Address later{{0xee}};  // empty when it is looked at, the contract when it is mined
    bench.pause.act = [&](int) {
        (void)bench.control.ask("anvil_setCode", {to_hex(later), to_hex(rpc::code(bench.control, contract))});
        bench.mine();
    };
    const Outcome after = bench.send({.label = "mined", .to = later, .gas_limit = 100'000});

    EXPECT_FALSE(std::get<Reverted>(before).receipt);
    EXPECT_EQ(to_hex(std::get<Reverted>(before).why.data), "0xdeadbeef");
    EXPECT_TRUE(std::get<Reverted>(after).receipt);
    EXPECT_EQ(to_hex(std::get<Reverted>(after).why.data), "0xdeadbeef");
}

TEST(AnvilSender, ReplacesAfterWaitingAndOnlyOneVersionIsMined) {
    AnvilBench bench;
    bench.pause.act = [&](int) {
        if (bench.journal.since(0).size() == 3) {
            bench.mine();
        }
    };

    EXPECT_TRUE(succeeded(bench.send(outgoing())));
    EXPECT_EQ(bench.journal.since(0).size(), 3U);
    EXPECT_EQ(bench.nonce(), 1U);
}

TEST(AnvilSender, SendsADroppedTransactionAgain) {
    AnvilBench bench;
    bench.pause.act = [&](int waits) {
        if (waits == 1) {
            (void)bench.control.ask("anvil_dropTransaction", {to_hex(bench.journal.since(0).at(0).signed_bytes.hash)});
        } else if (waits == 3) {
            bench.mine();
        }
    };

    EXPECT_TRUE(succeeded(bench.send(outgoing())));
    EXPECT_EQ(bench.journal.since(0).size(), 1U);
    EXPECT_EQ(bench.nonce(), 1U);
}

TEST(AnvilSender, SendsAgainWhatAReorganisationTookOut) {
    AnvilBench bench;
    bench.mine();
    bench.mine();
    bench.pause.act = [&](int) { bench.mine(); };
    ASSERT_TRUE(succeeded(bench.send(outgoing(1))));
    (void)bench.control.ask("anvil_reorg", {2, Json::array()});
    ASSERT_EQ(bench.nonce(), 0U);

    EXPECT_TRUE(succeeded(bench.send(outgoing(2))));

    EXPECT_EQ(bench.nonce(), 2U);
    EXPECT_EQ(bench.journal.since(0).size(), 2U);
    EXPECT_TRUE(rpc::receipt(bench.control, bench.journal.since(0)[0].signed_bytes.hash));
}

TEST(AnvilSender, LandsThroughABaseFeeSpike) {
    AnvilBench bench;
    bench.pause.act = [&](int waits) {
        if (waits == 1) {
            (void)bench.control.ask("anvil_setNextBlockBaseFeePerGas", {"0x2e90edd000"});  // 200 gwei
        }
        bench.mine();
    };

    EXPECT_TRUE(succeeded(bench.send(outgoing())));
    EXPECT_EQ(bench.nonce(), 1U);
}

TEST(AnvilSender, SendsOnceWhenAnswersAreLostAndTheNodeIsAway) {
    AnvilBench bench;
    bench.pause.act = [&](int) { bench.mine(); };
    bench.flaky.lose_answers_to = "eth_sendRawTransaction";
    for (const int lost : {1, 4}) {
        bench.flaky.answers_lost = lost;
        EXPECT_TRUE(succeeded(bench.send(outgoing())));
        bench.flaky.questions_lost = 10 * lost;
        EXPECT_TRUE(succeeded(bench.send(outgoing())));
    }
    EXPECT_EQ(bench.nonce(), 4U);
    EXPECT_EQ(bench.journal.since(0).size(), 4U);
}

TEST(AnvilSender, SitsOutAFrozenNode) {
    AnvilBench bench;
    bench.anvil.freeze();
    bench.pause.act = [&](int waits) {
        if (waits == 4) {
            bench.anvil.thaw();
        } else if (waits > 4) {
            bench.mine();
        }
    };

    EXPECT_TRUE(succeeded(bench.send(outgoing())));
    EXPECT_EQ(bench.nonce(), 1U);
}

}  // namespace
}  // namespace cone::test
