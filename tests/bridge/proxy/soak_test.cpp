// Thousands of exchanges, one in ten of them ill, while a buyer orders jobs one after the other and a follower keeps the index: every order
// is made exactly once, and the index ends byte for byte as one that was made without faults.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

#include "bridge/contracts/catalogue.hpp"
#include "tests/bridge/proxy/ill_bench.hpp"
#include "tests/bridge/reorg/player.hpp"

namespace cone::test {
namespace {

constexpr int kTriesMax = 200;
const Wei kPrice(1'000'000'000'000'000);

/// The slow tier asks for 10,000.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::stoull(text);
}

class Dice {
public:
    explicit Dice(unsigned seed) : random_(seed) {}
    bool one_in(unsigned n) { return below(n) == 0; }
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

private:
    std::mt19937 random_;
};

struct Soak {
    explicit Soak(unsigned seed) : dice(seed), first_dice(seed + 1), second_dice(seed + 2) {
        net.send(kFirstSeller, contracts::register_shard(tags, shard_root(0), 100, Wei(0)));
        (void)control.ask("evm_setAutomine", {false});
        first.suffer([this](const rpc::Json& request) { return ill(first_dice, request); });
        second.suffer([this](const rpc::Json& request) { return ill(second_dice, request); });
        pause.act = [this] { something_happens(); };
    }

    Ill ill(Dice& from, const rpc::Json& request) {
        if (!from.one_in(10)) {
            return Ill::None;
        }
        ++ills;
        const auto all = ills_of(request);
        return all[from.below(all.size())];
    }

    // ---- the world

    /// While somebody waits: blocks, and now and then what a chain does to people.
    void something_happens() {
        if (dice.one_in(60)) {
            (void)control.ask("anvil_setNextBlockBaseFeePerGas", {"0x2e90edd000"});  // 200 gwei
        }
        if (dice.one_in(60)) {
            (void)control.ask("evm_increaseTime", {900});
        }
        if (const auto waiting = journal.since(0); !waiting.empty() && dice.one_in(40)) {
            (void)control.ask("anvil_dropTransaction", {to_hex(waiting.back().signed_bytes.hash)});
        }
        if (dice.one_in(2)) {
            control.mine();
        }
    }
    /// Another tool uses the buyer's key, and a branch of the chain is replaced.
    void between_orders() {
        if (dice.one_in(15)) {
            eth::Transaction transaction;
            transaction.chain_id = eth::kAnvilChainId;
            transaction.nonce = rpc::transaction_count(control.client, buyer.address(), rpc::BlockTag::Pending);
            transaction.max_priority_fee = 2'000'000'000;
            transaction.max_fee = 900'000'000'000;
            transaction.gas_limit = 21'000;
            transaction.to = dev_account(kStranger).address();
            others.push_back(buyer.sign(transaction).raw);
            (void)rpc::send_raw_transaction(control.client, others.back());
        }
        if (dice.one_in(10)) {
            (void)control.ask("anvil_reorg", {1 + dice.below(3), rpc::Json::array()});
            std::for_each(others.begin(), others.end(), [this](const Bytes& raw) { offer(raw); });
        }
    }
    /// The other tool, too, sends again what is gone.
    void offer(const Bytes& raw) {
        try {
            (void)rpc::send_raw_transaction(control.client, raw);
        } catch (const rpc::NodeError&) {  // it is there
        }
    }

    // ---- what our programs do

    void follow() {
        try {
            const auto steps = reader.poll();
            reverted = reverted || std::any_of(steps.begin(), steps.end(), [](const auto& step) {
                           return std::holds_alternative<follower::BlockReverted>(step);
                       });
            history.take(steps);
        } catch (const RpcError&) {
            ++refused;
        }
        clock.advance(Millis(250));
    }
    /// Polls until the tip is at least `block` and both endpoints agree.
    void read_to(std::uint64_t block) {
        for (int i = 0; i < kTriesMax && (!reader.tip() || reader.tip()->number < block || !agreed.may_act()); ++i) {
            follow();
        }
    }
    /// A program that ends with an error is started again: with the same journal.
    template <class Act>
    bool survives(Act act) {
        try {
            act();
            return true;
        } catch (const RpcError&) {
            ++restarts;
            writer.emplace(first.client, buyer, journal, clock, pause, send_settings());
            return false;
        }
    }
    void recover() {
        while (!survives([&] { writer->recover(); })) {
        }
        reverted = false;
    }
    [[nodiscard]] static Hash32 spec_hash(std::size_t order) {
        Hash32 hash;
        hash.bytes = eth::to_word(eth::U256(order + 1));
        return hash;
    }
    [[nodiscard]] static std::size_t count(const index::MarketIndex& market, std::size_t order) {
        return static_cast<std::size_t>(std::count_if(market.jobs.begin(), market.jobs.end(), [&](const auto& job) {
            return job.second.request.spec_hash == spec_hash(order);
        }));
    }

    [[nodiscard]] sender::Outgoing wish(std::size_t number) {
        auto request = net.request();
        request.spec_hash = spec_hash(number);
        const auto call = contracts::order_job(tags, request, {{shard_root(0)}}, kPrice);
        return {.label = "order " + std::to_string(number),
                .to = net.deployment().address(call.contract),
                .data = call.data,
                .value = eth::to_u256(call.value),
                .intent = "order " + std::to_string(number)};
    }
    /// Decides from the index alone; what the journal holds under the same intent is not signed again.
    bool order(std::size_t number) {
        const sender::Outgoing outgoing = wish(number);
        for (int tries = 0; tries < kTriesMax; ++tries) {
            if (reverted) {
                recover();
            }
            (void)survives([&] { (void)writer->send(outgoing); });
            read_to(rpc::block_number(control.client));
            if (count(history.now(), number) > 0) {
                return true;
            }
            pause.act();
        }
        return false;
    }

    /// As the coordinator, which starts over from the events that stand: another tool may have taken the nonce of what left the chain.
    void order_again_what_is_gone(std::size_t orders) {
        for (std::size_t i = 0; i < orders; ++i) {
            if (count(history.now(), i) == 0) {
                EXPECT_TRUE(order(i)) << "order " << i << " left the chain and is never made again";
            }
        }
    }

    [[nodiscard]] std::uint64_t calls() const { return first.proxy.calls() + second.proxy.calls(); }
    static sender::SendSettings send_settings() { return {.chain_id = eth::kAnvilChainId}; }

    Dice dice;
    Dice first_dice;
    Dice second_dice;
    std::atomic<std::size_t> ills{0};
    std::size_t refused = 0;
    std::size_t restarts = 0;
    bool reverted = false;
    Devnet net;
    std::vector<Hash32> tags = contracts::tag_set({"vision"});
    Control control{net.url()};
    ManualClock clock;
    ActiveWait pause{clock};
    IllClient first{net.url(), pause};
    IllClient second{net.url(), pause};
    eth::LocalSigner buyer{dev_account(kBuyer)};
    std::vector<Bytes> others;
    sender::MemoryJournal journal;
    std::optional<sender::Sender> writer{std::in_place, first.client, buyer, journal, clock, pause, send_settings()};
    follower::SecondEndpoint agreed{second.client, clock};
    follower::Follower reader{
        first.client, clock, {.addresses = net.deployment().addresses(), .first_block = net.deployment().block}, {}, &agreed};
    index::IndexHistory history{net.deployment()};
};

TEST(RpcSoak, DoesEveryActionOnceAndKeepsTheIndexRight) {
    const std::uint64_t wanted = number_from("CONE_SOAK_CALLS", 500);
    Soak soak(static_cast<unsigned>(number_from("CONE_SOAK_SEED", 7)));
    std::size_t orders = 0;
    for (; soak.calls() < wanted; ++orders) {
        ASSERT_TRUE(soak.order(orders)) << "order " << orders << " is never made";
        soak.between_orders();
    }
    for (int rounds = 0; rounds < 5; ++rounds) {  // what the last reorganisation took out
        soak.recover();
        soak.control.mine();
        soak.read_to(rpc::block_number(soak.control.client));
        soak.order_again_what_is_gone(orders);
    }

    const index::MarketIndex truth = fresh_index(soak.control.client, soak.net.deployment());
    std::size_t wrong = index::canonical_bytes(truth) == index::canonical_bytes(soak.history.now()) ? 0U : 1U;
    std::size_t twice = 0;
    for (std::size_t i = 0; i < orders; ++i) {
        wrong += Soak::count(truth, i) == 0 ? 1U : 0U;
        twice += Soak::count(truth, i) > 1 ? 1U : 0U;
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(twice, 0U);
    EXPECT_EQ(truth.jobs.size(), orders);
    EXPECT_GT(soak.ills, wanted / 20) << "the faults happened";
    std::printf("%srpc soak %zu wrong %zu double\n", wanted >= 10'000 ? "FIGURE " : "", wrong, twice);
    std::printf("%llu calls, %zu ill, %zu orders, %zu answers refused, %zu restarts\n",
                static_cast<unsigned long long>(soak.calls()), soak.ills.load(), orders, soak.refused, soak.restarts);
}

TEST(RpcSoak, WouldSeeADoubleAndAMissingOne) {
    Soak soak(1);
    soak.first.get_well();
    sender::Outgoing forgetful = soak.wish(0);
    forgetful.intent.clear();
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(std::holds_alternative<rpc::Receipt>(soak.writer->send(forgetful)));
    }
    const index::MarketIndex truth = fresh_index(soak.control.client, soak.net.deployment());
    EXPECT_EQ(Soak::count(truth, 0), 2U);
    EXPECT_EQ(Soak::count(truth, 1), 0U);
    EXPECT_NE(index::canonical_bytes(truth), index::canonical_bytes(soak.history.now())) << "which has read nothing";
}

}  // namespace
}  // namespace cone::test
