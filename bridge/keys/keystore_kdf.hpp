// From a password to the 32 bytes that a keystore is encrypted and authenticated with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "bridge/eth/private_file.hpp"
#include "cone/base/bytes.hpp"

namespace cone::keys {

/// RFC 7914. The defaults are those of geth and cast: 256 MiB and about a second.
struct Scrypt {
    std::uint64_t n = 262'144;
    std::uint64_t r = 8;
    std::uint64_t p = 1;
};
/// RFC 8018 with HMAC-SHA-256.
struct Pbkdf2 {
    std::uint64_t c = 262'144;
};
using Kdf = std::variant<Scrypt, Pbkdf2>;

/// Why these parameters are refused before anything is computed: not what the function takes, or more memory or time than a key
/// is worth (1 GiB; 2^26 block mixes, 32 times the standard). A file may come from anybody.
[[nodiscard]] std::optional<std::string> find_absurd(const Kdf& kdf);

/// 32 bytes. `kdf` is not absurd. Throws EnvironmentError when there is no memory for it.
[[nodiscard]] eth::Secret derive(const Kdf& kdf, ByteSpan password, ByteSpan salt);

}  // namespace cone::keys
