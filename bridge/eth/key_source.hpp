// Where keys come from: the public test mnemonic (development chains only) or a file of one's own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "bridge/eth/key.hpp"
#include "bridge/eth/private_file.hpp"

namespace cone::eth {

/// Anvil's chain id and geth --dev's: the only ones on which the public test keys may be used.
inline constexpr std::uint64_t kAnvilChainId = 31337;
inline constexpr std::uint64_t kGethDevChainId = 1337;

[[nodiscard]] constexpr bool is_dev_chain(std::uint64_t chain_id) {
    return chain_id == kAnvilChainId || chain_id == kGethDevChainId;
}

/// Account `index` of the mnemonic "test test ... junk" at m/44'/60'/0'/0/index (BIP-39, BIP-32, BIP-44): anvil's accounts.
/// Everybody knows these keys: throws ConfigError unless `is_dev_chain(chain_id)`.
[[nodiscard]] SecretKey dev_key(std::uint32_t index, std::uint64_t chain_id);

/// Digits, prefix and line end, and some more so that what is too long is seen.
inline constexpr std::size_t kLongestKeyFile = 80;

/// The 32 bytes of 64 hexadecimal digits (with or without 0x, one line end allowed). Throws ConfigError when the file is missing, can be
/// read or written by others than its owner, is not a regular file, or holds no valid key; never quotes what it holds.
[[nodiscard]] Secret read_key_file(const std::filesystem::path& path);
/// The same as a key.
[[nodiscard]] SecretKey load_key_file(const std::filesystem::path& path);

}  // namespace cone::eth
