// Base fees that leap to 200 times what they were, on a real node: what has a deadline lands before it, inside its caps.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/sender/sender.hpp"
#include "tests/support/anvil.hpp"

namespace cone::test {
namespace {

using sender::FeeClass;
using sender::kGwei;

constexpr Millis kBlockTime{12'000};
constexpr std::size_t kBlocksTooMany = 3;  ///< after them nobody waits any more
constexpr std::uint64_t kCalmGwei = 1;
constexpr std::uint64_t kSpikeGwei = 200;

/// In gwei, by block from the one that the bid is made on. It leaps before the bid or right after it, in one of four shapes, each of
/// which reaches 200 times the calm fee.
std::vector<std::uint64_t> base_fees(std::mt19937_64& random, std::size_t blocks) {
    const auto draw = [&](std::uint64_t below) { return random() % below; };
    std::vector<std::uint64_t> fees(blocks, kCalmGwei);
    const std::size_t start = draw(2);
    const std::uint64_t shape = draw(4);
    double level = kCalmGwei;
    for (std::size_t i = start; i < blocks; ++i) {
        const std::size_t since = i - start;
        switch (shape) {
            case 0:  // up, and it stays
                level = kSpikeGwei;
                break;
            case 1:  // up, and slowly down again
                level = since == 0 ? kSpikeGwei : level * 0.95;
                break;
            case 2:  // as steep as EIP-1559 allows ten blocks a block
                level = std::min<double>(kSpikeGwei, level * 3.25);
                break;
            default:  // anything, every block
                level = static_cast<double>(1 + draw(kSpikeGwei));
        }
        fees[i] = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(level));
    }
    fees.back() = shape == 3 ? kSpikeGwei : fees.back();
    return fees;
}

/// A block every twelve seconds of a clock that only moves while the sender waits.
class BlocksWhileWaiting final : public rpc::Pause {
public:
    BlocksWhileWaiting(ManualClock& clock, rpc::Client& control, std::vector<std::uint64_t> fees)
        : clock_(clock), control_(control), fees_(std::move(fees)) {}
    bool wait(Millis span) override {
        clock_.advance(span);
        for (; clock_.now() >= next_; next_ += kBlockTime) {
            mine();
        }
        return mined_ < fees_.size() + kBlocksTooMany;
    }
    void mine() {
        const std::uint64_t fee = fees_.at(std::min(mined_++, fees_.size() - 1));
        (void)control_.ask("anvil_setNextBlockBaseFeePerGas", {"0x" + (eth::U256(fee) * kGwei).str(0, std::ios_base::hex)});
        (void)control_.ask("evm_mine");
    }

private:
    ManualClock& clock_;
    rpc::Client& control_;
    std::vector<std::uint64_t> fees_;
    std::size_t mined_ = 0;
    Millis next_ = kBlockTime;
};

struct Spike {
    bool in_time = false;
    bool inside_caps = true;
};

class FeeSpike : public testing::Test {
protected:
    FeeSpike() {
        (void)control_.ask("evm_setAutomine", {false});
        // A dispute may offer 100 gwei a unit, 400 in its last quarter: what 200 times the calm fee asks lies in between.
        policy_.dispute = {Millis(24'000), eth::U256(100) * kGwei, eth::U256(3'000'000) * kGwei,
                           eth::U256(20'000'000'000) * kGwei};
    }

    Spike play(std::uint64_t seed) {
        std::mt19937_64 random(seed);
        const std::uint64_t blocks = 8 + random() % 33;
        ManualClock clock;
        BlocksWhileWaiting pause(clock, control_, base_fees(random, blocks));
        pause.mine();
        rpc::CurlTransport wire({.url = anvil_.url()});
        rpc::Client client(wire, pause);
        sender::MemoryJournal journal;
        eth::LocalSigner key(eth::dev_key(0, eth::kAnvilChainId));
        sender::SendSettings settings{.chain_id = eth::kAnvilChainId};
        settings.poll_interval = Millis(1'000);
        settings.fees = policy_;
        sender::Sender sender(client, key, journal, clock, pause, settings);
        const std::uint64_t head = rpc::block_number(control_);
        const std::uint64_t first_nonce = rpc::transaction_count(control_, key.address());

        const sender::Term term{head, head + blocks};
        const auto outcome =
            send_within(sender, {.label = "vote", .to = Address{{9}}, .data = {1}, .claim = {FeeClass::Dispute, term}});

        return judge(outcome, journal.since(first_nonce), term);
    }

    /// Refused when the blocks end first.
    static sender::Outcome send_within(sender::Sender& sender, const sender::Outgoing& request) {
        try {
            return sender.send(request);
        } catch (const rpc::Stopped& error) {
            return sender::Refused{error.what()};
        }
    }

    Spike judge(const sender::Outcome& outcome, const std::vector<sender::JournalEntry>& versions, const sender::Term& term) {
        const auto* receipt = std::get_if<rpc::Receipt>(&outcome);
        if (receipt == nullptr) {
            return {};
        }
        Spike spike{receipt->success && receipt->block.number <= term.until, true};
        const eth::U256 paid = receipt->gas_price * receipt->gas_used;
        const bool late = sender::is_urgent(term, receipt->block.number - 1);
        spike.inside_caps = paid <= policy_.dispute.most * (late ? policy_.hard_factor : 1);
        for (const auto& version : versions) {
            const auto signed_one = eth::decode_transaction(version.signed_bytes.raw)->transaction;
            spike.inside_caps = spike.inside_caps && signed_one.max_fee <= policy_.dispute.max_fee * policy_.hard_factor &&
                                signed_one.max_fee * signed_one.gas_limit <= policy_.dispute.most * policy_.hard_factor;
        }
        return spike;
    }

    Anvil anvil_;
    rpc::CurlTransport wire_{{.url = anvil_.url()}};
    rpc::StoppablePause pause_;
    rpc::Client control_{wire_, pause_};
    sender::FeePolicy policy_;
};

/// CONE_SPIKE_RUNS of them, else five.
TEST_F(FeeSpike, NeverKeepsADisputeFromLandingInTimeInsideItsCaps) {
    const char* wanted = std::getenv("CONE_SPIKE_RUNS");
    const int runs = wanted == nullptr ? 5 : std::atoi(wanted);
    int landed = 0;
    int above_cap = 0;
    for (int i = 0; i < runs; ++i) {
        const Spike spike = play(static_cast<std::uint64_t>(i) + 1);
        EXPECT_TRUE(spike.in_time) << "run " << i;
        EXPECT_TRUE(spike.inside_caps) << "run " << i;
        landed += spike.in_time && spike.inside_caps ? 1 : 0;
        above_cap += spike.inside_caps ? 0 : 1;
    }
    std::printf("%sfee spike %d/%d\n", wanted == nullptr ? "" : "FIGURE ", landed, runs);
    EXPECT_EQ(above_cap, 0);
}

/// The same deadline with caps that do not rise: the check can fail.
TEST_F(FeeSpike, WouldMissTheDeadlineWithoutTheLastQuartersFactor) {
    policy_.hard_factor = 1;
    int missed = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        missed += play(seed).in_time ? 0 : 1;
    }
    EXPECT_GT(missed, 0);
}

}  // namespace
}  // namespace cone::test
