// A chain in memory behind a Transport: pool, nonces, receipts, and switches for everything that goes wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bridge/eth/transaction.hpp"
#include "bridge/rpc/client.hpp"

namespace cone::test {

using rpc::Json;

class FakeChain final : public rpc::Transport {
public:
    rpc::HttpReply post(const std::string& body) override;

    /// Puts what is in the pool and pays the base fee into a block.
    void mine();
    /// Takes the newest block's transactions out of the chain and out of the pool.
    void undo_last_block();
    /// The newest block's transactions are in another block now.
    void move_last_block();
    /// A transaction of somebody else with the same key: takes the nonce.
    void foreign_transaction() { foreign_.push_back(blocks.size()); }
    /// The newest block's transactions are in the pool again.
    void put_last_block_back();

    [[nodiscard]] std::uint64_t mined_count() const { return mined_until(blocks.size()); }

    // Switches.
    int looks_until_mined = 2;               ///< receipts asked for before a block is mined; negative: never
    std::optional<std::uint64_t> finalized;  ///< number of the finalized block; nothing: the node has no such tag
    eth::U256 base_fee = 1'000'000'000;
    eth::U256 balance = eth::U256(1'000'000'000'000) * 1'000'000'000;  ///< of every account, wei
    std::uint64_t timestamp = 1'700'000'000;                           ///< of every block
    bool reverts = false;             ///< contracts say no, to estimates, calls and transactions
    bool reverts_only_mined = false;  ///< the state moves between the estimate and the block
    std::uint64_t gas_used = 21'000;
    /// Asked before each method acts: an error to answer with instead.
    std::function<std::optional<rpc::ErrorObject>(const std::string& method)> refuse;
    /// Asked for each method: a backend answers that does not know transactions yet.
    std::function<bool(const std::string& method)> lags;
    /// Called with each method, before (false) and after (true) it acts; may throw.
    std::function<void(const std::string& method, bool acted)> watch;
    std::map<std::uint64_t, eth::SignedTransaction> pool;  ///< by nonce

    // What happened.
    std::vector<Bytes> received;                              ///< raw bytes in order of arrival, repetitions included
    std::vector<std::vector<eth::SignedTransaction>> blocks;  ///< from block 1

private:
    Json act(const std::string& method, const Json& params);
    Json take(const Bytes& raw);
    Json receipt(const std::string& hash);
    [[nodiscard]] bool knows(const std::string& hash) const;
    [[nodiscard]] Json block_of(const std::string& tag) const;
    [[nodiscard]] const eth::SignedTransaction* find_mined(const std::string& hash, std::uint64_t& block) const;

    [[nodiscard]] std::uint64_t mined_until(std::uint64_t block) const;

    std::vector<std::uint64_t> foreign_;  ///< blocks of their transactions
    std::uint8_t branch_ = 0;             ///< a byte of each block's hash
    int looks_ = 0;
};

}  // namespace cone::test
