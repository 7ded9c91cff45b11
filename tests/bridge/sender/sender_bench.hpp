// A sender on the chain in memory, with a clock that moves when it waits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "bridge/eth/key_source.hpp"
#include "bridge/sender/sender.hpp"
#include "tests/bridge/sender/fake_chain.hpp"

namespace cone::test {

using sender::Outcome;
using sender::Outgoing;
using sender::Refused;
using sender::Reverted;

inline Outgoing outgoing(std::uint8_t content = 1) {
    return {.label = "call " + std::to_string(content), .to = Address{{9}}, .data = {content}};
}

struct SenderBench {
    SenderBench() {
        settings.wall_clock = [this] { return chain.timestamp; };
    }
    SenderBench(const SenderBench&) = delete;
    SenderBench& operator=(const SenderBench&) = delete;

    ManualClock clock;
    rpc::ManualPause pause{clock};
    FakeChain chain;
    rpc::Client client{chain, pause};
    eth::LocalSigner key{eth::dev_key(0, eth::kAnvilChainId)};
    sender::MemoryJournal journal;
    sender::SendSettings settings{.chain_id = eth::kAnvilChainId};

    sender::Sender sender() { return {client, key, journal, clock, pause, settings}; }
    Outcome send(const Outgoing& request = outgoing()) { return sender().send(request); }
    /// A process that starts: what became of what an earlier one signed.
    std::vector<sender::Recovered> recover() {
        sender::Sender started = sender();
        started.recover();
        return started.take_recovered();
    }

    [[nodiscard]] std::set<Bytes> different_bytes() const { return {chain.received.begin(), chain.received.end()}; }
    /// First data byte of each transaction on the chain, in order: what was done, and how often.
    [[nodiscard]] Bytes done() const {
        Bytes out;
        for (const auto& block : chain.blocks) {
            for (const auto& mined : block) {
                out.push_back(eth::decode_transaction(mined.raw).value().transaction.data.at(0));
            }
        }
        return out;
    }
};

/// The process dies.
struct Death {};

/// Sends `request`; the process dies when the node has the transaction.
inline void broadcast_and_die(SenderBench& bench, const Outgoing& request) {
    bench.chain.watch = [](const std::string& method, bool acted) {
        if (acted && method == "eth_sendRawTransaction") {
            throw Death();
        }
    };
    EXPECT_THROW((void)bench.send(request), Death);
    bench.chain.watch = {};
}

/// Sends `request`; the process dies in this half of an exchange, counted from 0: before and after the node acts. False: sent.
[[nodiscard]] inline bool send_and_die_at(SenderBench& bench, int half_exchange, const Outgoing& request = outgoing()) {
    int halves = 0;
    bench.chain.watch = [&](const std::string&, bool) {
        if (halves++ == half_exchange) {
            throw Death();
        }
    };
    bool died = false;
    try {
        (void)bench.send(request);
    } catch (const Death&) {
        died = true;
    }
    bench.chain.watch = {};
    return died;
}

inline bool succeeded(const Outcome& outcome) {
    return std::holds_alternative<rpc::Receipt>(outcome);
}

}  // namespace cone::test
