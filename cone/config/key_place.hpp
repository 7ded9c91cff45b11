// Where the key of a role is, as one line of text: "keystore:DIR", "external:URL#ADDRESS".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::config {

struct Keys;

/// Who needs a key. The key of each may be somewhere else: a stolen one then takes what that role has, and no more.
inline constexpr std::array<std::string_view, 6> kKeyRoles = {"deployer", "bridge", "challenger",
                                                              "buyer",    "seller", "executor"};

enum class KeyKind : std::uint8_t { None, Dev, File, Keystore, External };

struct KeyPlace {
    KeyKind kind = KeyKind::None;
    std::string dir{};                ///< of files: <dir>/bridge.key, <dir>/executor-0.json
    std::string url{};                ///< of an external signer
    std::vector<Address> accounts{};  ///< that it signs with: of bridge, or of buyer 0, buyer 1, ...
};

/// "none", "dev", "file:DIR", "keystore:DIR" or "external:URL#ADDRESS[,ADDRESS...]"; nothing for anything else.
[[nodiscard]] std::optional<KeyPlace> parse_key_place(std::string_view text);

/// The role's own place, else keys.source with keys.dir. Nothing when that cannot be read.
[[nodiscard]] std::optional<KeyPlace> key_place(const Keys& keys, std::string_view role);

}  // namespace cone::config
