// What a node tells about its chain, as values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bridge/eth/u256.hpp"
#include "cone/base/bytes.hpp"

namespace cone::rpc {

using eth::U256;

/// A block by its place and its hash: two blocks may have one number, before and after a reorganisation.
struct BlockRef {
    std::uint64_t number = 0;
    Hash32 hash;
    auto operator<=>(const BlockRef&) const = default;
};

using Bloom = FixedBytes<256, struct BloomTag>;

/// A block's header. The fields of later forks are absent on chains before them: London (EIP-1559), Shanghai (4895),
/// Cancun (4844, 4788), Prague (7685).
struct BlockHeader {
    Hash32 hash;  ///< as the node says; header_rlp checks it
    Hash32 parent;
    Hash32 ommers_hash;
    Address beneficiary;
    Hash32 state_root;
    Hash32 transactions_root;
    Hash32 receipts_root;
    Bloom logs_bloom;
    U256 difficulty;
    std::uint64_t number = 0;
    std::uint64_t gas_limit = 0;
    std::uint64_t gas_used = 0;
    std::uint64_t timestamp = 0;
    Bytes extra_data;
    Hash32 prev_randao;  ///< mixHash before the merge
    std::array<std::uint8_t, 8> nonce{};
    std::optional<U256> base_fee;
    std::optional<Hash32> withdrawals_root;
    std::optional<std::uint64_t> blob_gas_used;
    std::optional<std::uint64_t> excess_blob_gas;
    std::optional<Hash32> parent_beacon_root;
    std::optional<Hash32> requests_hash;

    [[nodiscard]] BlockRef ref() const { return {number, hash}; }
};

struct Log {
    Address address;
    std::vector<Hash32> topics;
    Bytes data;
    BlockRef block;
    Hash32 transaction;
    std::uint64_t transaction_index = 0;
    std::uint64_t index = 0;  ///< within the block
    bool operator==(const Log&) const = default;
};

struct Receipt {
    Hash32 transaction;
    bool success = false;
    BlockRef block;
    Address from;
    std::optional<Address> to;
    std::optional<Address> created;  ///< the new contract
    std::uint64_t gas_used = 0;
    U256 gas_price;  ///< what was paid a gas unit, in wei
    std::vector<Log> logs;
};

enum class BlockTag : std::uint8_t { Latest, Pending, Safe, Finalized, Earliest };
/// A tag, a number, or a hash: only the hash names one block for good (EIP-1898).
using BlockId = std::variant<BlockTag, std::uint64_t, Hash32>;

/// A call that is only simulated.
struct CallMessage {
    std::optional<Address> from{};
    std::optional<Address> to{};  ///< nothing: the data is init code
    Bytes data{};
    U256 value{};
};

/// The contract said no. `data` is the encoded error, which bridge/contracts decodes; empty when the node gives none.
struct RevertInfo {
    Bytes data;
    std::string message;  ///< the node's words
};
using CallResult = std::variant<Bytes, RevertInfo>;
using GasEstimate = std::variant<std::uint64_t, RevertInfo>;

/// Which logs: emitted by one of `addresses` (empty: all), topic i one of topics[i] (empty: any).
struct LogFilter {
    std::vector<Address> addresses{};
    std::vector<std::vector<Hash32>> topics{};
};

}  // namespace cone::rpc
