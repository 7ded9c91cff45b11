// The follower on a real node: anvil_reorg, anvil_rollback, a freeze, and a node that dies and comes back with its state.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bridge/eth/address.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/eth/transaction.hpp"
#include "bridge/follower/follower.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "tests/bridge/follower/replica.hpp"
#include "tests/support/anvil.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::test {
namespace {

using follower::Follower;

/// Contract: logs the 32 bytes of its call data, no topics. CALLDATACOPY(0, 0, 32) LOG0(0, 32).
const Bytes kDeployEcho = bytes_from_hex("0x6b6020600060003760206000a0600052600c6014f3").value();

/// One connection to a node, with few and quick tries.
struct Wire {
    explicit Wire(const std::string& url) : transport({.url = url, .total_timeout = Millis(300)}) {}
    rpc::CurlTransport transport;
    rpc::StoppablePause pause;
    rpc::Client client{transport, pause, {.tries = 1}};
};

class Chain {
public:
    explicit Chain(const std::string& url) : wire_(url), key_(eth::dev_key(0, 31337)) { ask("evm_setAutomine", {false}); }

    rpc::Json ask(const std::string& method, rpc::Json params = rpc::Json::array()) {
        return wire_.client.ask(method, std::move(params));
    }
    Address deploy() {
        const std::uint64_t nonce = send(std::nullopt, kDeployEcho);
        ask("evm_mine");
        return eth::created_address(key_.address(), nonce);
    }
    /// One block with `count` logs of the echo contract.
    void log(const Address& echo, std::uint8_t count) {
        for (std::uint8_t i = 0; i < count; ++i) {
            Bytes data(32, i);
            data[0] = ++said_;
            (void)send(echo, data);
        }
        ask("evm_mine");
    }
    /// Data of all logs as the node tells them now.
    std::vector<Bytes> log_data(const Address& echo) {
        std::vector<Bytes> out;
        for (const rpc::Log& log : rpc::logs_in_range(wire_.client, 0, rpc::block_number(wire_.client), {{echo}, {}})) {
            out.push_back(log.data);
        }
        return out;
    }

private:
    std::uint64_t send(const std::optional<Address>& to, const Bytes& data) {
        eth::Transaction transaction;
        transaction.chain_id = 31337;
        transaction.nonce = rpc::transaction_count(wire_.client, key_.address(), rpc::BlockTag::Pending);
        transaction.max_priority_fee = 1'000'000'000;
        transaction.max_fee = 20'000'000'000;
        transaction.gas_limit = 200'000;
        transaction.to = to;
        transaction.data = data;
        rpc::send_raw_transaction(wire_.client, eth::sign(transaction, key_).raw);
        return transaction.nonce;
    }

    Wire wire_;
    eth::SecretKey key_;
    std::uint8_t said_ = 0;
};

void drain(Follower& follower, Replica& replica) {
    for (auto steps = follower.poll(); !steps.empty(); steps = follower.poll()) {
        replica.take(steps);
    }
}

TEST(AnvilFollower, FollowsReorganisationsAndRollbacks) {
    const Anvil anvil;
    Chain chain(anvil.url());
    const Address echo = chain.deploy();
    Wire wire(anvil.url());
    const SteadyClock clock;
    Follower follower(wire.client, clock, {.addresses = {echo}, .first_block = 1, .blocks_a_poll = 16});
    Replica replica;
    for (int i = 0; i < 70; ++i) {
        chain.log(echo, static_cast<std::uint8_t>(i % 2));
    }
    drain(follower, replica);
    ASSERT_EQ(replica.log_data().size(), 35U);

    for (const int depth : {1, 2, 3, 7, 32, 64}) {
        chain.ask("anvil_reorg", {depth, rpc::Json::array()});
        chain.log(echo, 2);
        drain(follower, replica);
        EXPECT_EQ(replica.log_data(), chain.log_data(echo)) << "reorg " << depth;

        chain.ask("anvil_rollback", {1});
        drain(follower, replica);
        chain.log(echo, 1);
        chain.log(echo, 1);
        drain(follower, replica);
        EXPECT_EQ(replica.log_data(), chain.log_data(echo)) << "rollback after reorg " << depth;
    }
    EXPECT_GE(replica.reverts, 1U + 2 + 3 + 7 + 32 + 64);
}

TEST(AnvilFollower, ResumesAfterTheNodeWasFrozen) {
    const Anvil anvil;
    Chain chain(anvil.url());
    const Address echo = chain.deploy();
    Wire wire(anvil.url());
    ManualClock clock;
    Follower follower(wire.client, clock, {.addresses = {echo}});
    Replica replica;
    chain.log(echo, 3);
    drain(follower, replica);

    anvil.freeze();
    EXPECT_TRUE(follower.poll().empty());
    clock.advance(Millis(30'000));
    EXPECT_TRUE(follower.poll().empty());
    anvil.thaw();
    chain.log(echo, 2);
    drain(follower, replica);

    EXPECT_EQ(replica.log_data().size(), 5U);
    EXPECT_EQ(replica.log_data(), chain.log_data(echo));
    EXPECT_EQ(replica.reverts, 0U);
}

TEST(AnvilFollower, ResumesWhenANodeThatEndedComesBack) {
    const tests::TemporaryFolder folder;
    const std::vector<std::string> keeps_state{"--state", (folder.path() / "state.json").string()};
    const auto cursor = folder.path() / "cursor";
    auto anvil = std::make_unique<Anvil>(keeps_state);
    const std::uint16_t port = anvil->port();
    std::optional<Chain> chain(anvil->url());
    const Address echo = chain->deploy();
    Wire wire(anvil->url());
    ManualClock clock;
    const follower::FollowSettings settings{.addresses = {echo}, .first_block = 1};
    std::optional<Follower> follower(std::in_place, wire.client, clock, settings);
    Replica replica;
    chain->log(echo, 3);
    drain(*follower, replica);
    follower::save_cursor(cursor, follower->ring());
    chain->log(echo, 2);  // unread when the node ends

    anvil->end_gently();
    EXPECT_TRUE(follower->poll().empty());
    clock.advance(Millis(30'000));
    EXPECT_TRUE(follower->poll().empty());
    follower.emplace(wire.client, clock, settings, follower::load_cursor(cursor));  // and we start anew, too
    anvil = std::make_unique<Anvil>(keeps_state, port);
    chain.emplace(anvil->url());
    chain->log(echo, 1);
    drain(*follower, replica);

    EXPECT_EQ(replica.log_data().size(), 6U);
    EXPECT_EQ(replica.log_data(), chain->log_data(echo));
    EXPECT_EQ(replica.reverts, 0U);
}

}  // namespace
}  // namespace cone::test
