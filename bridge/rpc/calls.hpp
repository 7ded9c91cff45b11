// The node's methods as functions on values. All throw as Client does; a result of the wrong shape is CallFailed(BadResult).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bridge/rpc/client.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::rpc {

[[nodiscard]] std::uint64_t chain_id(Client& client);
/// Throws ConfigError naming both numbers when the node is on another chain than `expected`.
void require_chain_id(Client& client, std::uint64_t expected);
[[nodiscard]] std::uint64_t block_number(Client& client);

/// Nothing when the node does not know the block.
[[nodiscard]] std::optional<BlockHeader> block_header(Client& client, const BlockId& block = BlockTag::Latest);
/// Headers of the blocks first, first + 1, ..., in one exchange. Shorter than `count` at the first that does not exist.
[[nodiscard]] std::vector<BlockHeader> block_headers(Client& client, std::uint64_t first, std::size_t count);

/// Headers of these blocks, in their order, in one exchange. Throws CallFailed (BadResult) when one does not exist.
[[nodiscard]] std::vector<BlockHeader> block_headers(Client& client, std::span<const std::uint64_t> numbers);

/// Logs of exactly these blocks, in their order, in one exchange. Throws NodeError (UnknownBlock) when one is gone.
[[nodiscard]] std::vector<std::vector<Log>> logs_in_blocks(Client& client, std::span<const Hash32> blocks,
                                                           const LogFilter& filter);
/// Logs of a range of numbers, both ends included, ordered by (block, index).
[[nodiscard]] std::vector<Log> logs_in_range(Client& client, std::uint64_t first, std::uint64_t last, const LogFilter& filter);

/// Nothing while the transaction is not mined.
[[nodiscard]] std::optional<Receipt> receipt(Client& client, const Hash32& transaction);
/// Mined or waiting in the node's pool.
[[nodiscard]] bool knows_transaction(Client& client, const Hash32& transaction);
/// The data it was sent with. Nothing while the node does not know it.
[[nodiscard]] std::optional<Bytes> transaction_data(Client& client, const Hash32& transaction);
/// Gives signed bytes to the node. Throws NodeError: see meaning_of.
Hash32 send_raw_transaction(Client& client, ByteSpan raw);

[[nodiscard]] CallResult call(Client& client, const CallMessage& message, const BlockId& at = BlockTag::Latest);
[[nodiscard]] GasEstimate estimate_gas(Client& client, const CallMessage& message);

/// Transactions sent from `account` so far: its next nonce at that block.
[[nodiscard]] std::uint64_t transaction_count(Client& client, const Address& account, const BlockId& at = BlockTag::Latest);
[[nodiscard]] U256 balance(Client& client, const Address& account, const BlockId& at = BlockTag::Latest);
[[nodiscard]] Bytes code(Client& client, const Address& account, const BlockId& at = BlockTag::Latest);
/// Wei a gas unit that the node suggests to pay the block's maker.
[[nodiscard]] U256 priority_fee(Client& client);

}  // namespace cone::rpc
