// A key in a file that a password opens: Web3 Secret Storage, version 3, as geth, cast and web3signer read and write it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bridge/eth/key.hpp"
#include "bridge/eth/private_file.hpp"
#include "bridge/keys/keystore_kdf.hpp"

namespace cone::keys {

/// The file's text: `secret` under aes-128-ctr with the first half of the stretched password; keccak(second half || cipher text)
/// tells a wrong password. Salt, vector and id are new each time. Throws ConfigError for an empty password or bytes that are no
/// key.
[[nodiscard]] std::string seal(ByteSpan secret, ByteSpan password, const Kdf& kdf = Scrypt{});

/// `name` is what the file is called in messages. Throws ConfigError on a wrong password, damage (the two look alike), another
/// version or cipher, absurd parameters (before they cost anything), an address that is not the key's.
[[nodiscard]] eth::SecretKey unseal(std::string_view text, ByteSpan password, const std::string& name);

/// `unseal` of a file that only its owner may read.
[[nodiscard]] eth::SecretKey load_keystore(const std::filesystem::path& path, ByteSpan password);

/// The address a keystore says to hold; no password needed, hence unproven. Nothing when it says none: cast writes none.
[[nodiscard]] std::optional<Address> claimed_address(const std::filesystem::path& path);

/// 32 random bytes that are a key.
[[nodiscard]] eth::Secret new_secret();

}  // namespace cone::keys
