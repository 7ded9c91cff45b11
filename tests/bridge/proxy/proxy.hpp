// The fixture for faults between us and a node: a follower and a sender behind proxies, a contract that logs what it is told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "bridge/rpc/decode.hpp"
#include "tests/bridge/proxy/ill_bench.hpp"

namespace cone::test {

using follower::Follower;
using rpc::Json;
using sender::Outcome;
using sender::Outgoing;

/// Contract: logs the 32 bytes of its call data.
inline const Bytes kEcho = bytes_from_hex("0x6b6020600060003760206000a0600052600c6014f3").value();
inline constexpr std::uint64_t kGwei = 1'000'000'000;

class Proxy : public testing::Test {
protected:
    Proxy() {
        (void)control.ask("evm_setAutomine", {false});
        pause.act = [this] { control.mine(); };
        echo = deploy(kEcho);
    }

    Address deploy(const Bytes& init_code) {
        const std::uint64_t nonce = plain_send(stranger, {.data = init_code});
        control.mine();
        return eth::created_address(stranger.address(), nonce);
    }
    /// Somebody's transaction without any of our machinery, not mined yet.
    std::uint64_t plain_send(eth::Signer& from, const Outgoing& what, std::optional<std::uint64_t> nonce = {}) {
        eth::Transaction transaction;
        transaction.chain_id = eth::kAnvilChainId;
        transaction.nonce = nonce ? *nonce : rpc::transaction_count(control.client, from.address(), rpc::BlockTag::Pending);
        transaction.max_priority_fee = 3 * kGwei;
        transaction.max_fee = 900 * kGwei;
        transaction.gas_limit = 200'000;
        transaction.to = what.to;
        transaction.data = what.data;
        rpc::send_raw_transaction(control.client, from.sign(transaction).raw);
        return transaction.nonce;
    }
    static Bytes word(std::uint8_t content) {
        Bytes data(32, 0);
        data[31] = content;
        return data;
    }
    /// A block with one log of somebody's.
    void strangers_log(std::uint8_t content) {
        (void)plain_send(stranger, {.to = echo, .data = word(content)});
        control.mine();
    }
    [[nodiscard]] Outgoing action(std::uint8_t content) const {
        return {.label = "action " + std::to_string(content), .to = echo, .data = word(content)};
    }
    Outcome send(const Outgoing& request) {
        sender::SendSettings settings{.chain_id = eth::kAnvilChainId};
        return sender::Sender(first.client, ours, journal, clock, pause, settings).send(request);
    }
    [[nodiscard]] follower::FollowSettings follow_settings() const { return {.addresses = {echo}, .first_block = 1}; }
    Follower follower(follower::SecondEndpoint* second = nullptr) {
        return {first.client, clock, follow_settings(), {}, second};
    }
    void poll(Follower& follower, int times = 12) {
        for (int i = 0; i < times; ++i) {
            replica.take(follower.poll());
            clock.advance(Millis(1'000));
        }
    }
    /// Data of the contract's logs on the chain: what was done, and how often.
    std::vector<Bytes> done() {
        std::vector<Bytes> out;
        for (const rpc::Log& log : rpc::read_logs(control.client, 0, rpc::block_number(control.client), {{echo}, {}})) {
            out.push_back(log.data);
        }
        return out;
    }
    /// The next `count` exchanges that ask for `method` (empty: any) have this ill.
    static void plague(IllClient& node, Ill ill, int count, const std::string& method = {}) {
        auto left = std::make_shared<int>(count);
        node.suffer([=](const Json& request) {
            const bool asked = method.empty() || (request.is_object() ? request : request[0])["method"] == method;
            return asked && *left != 0 && (*left)-- != 0 ? ill : Ill::None;
        });
    }

    Anvil anvil;
    Control control{anvil.url()};
    ManualClock clock;
    ActiveWait pause{clock};
    IllClient first{anvil.url(), pause};
    IllClient second_node{anvil.url(), pause};
    eth::LocalSigner ours{eth::dev_key(0, eth::kAnvilChainId)};
    eth::LocalSigner stranger{eth::dev_key(1, eth::kAnvilChainId)};
    sender::MemoryJournal journal;
    Replica replica;
    Address echo;
};

}  // namespace cone::test
