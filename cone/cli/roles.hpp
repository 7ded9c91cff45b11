// Whose key signs what, and where it is: test accounts on a development chain, key files, keystores, external signers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/eth/key.hpp"
#include "bridge/eth/signer.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// In the order of config::kKeyRoles.
enum class Role : std::uint8_t { Deployer, Bridge, Challenger, Buyer, Seller, Executor };

/// Number of accounts `cone devnet` funds; every (role, index) below the limits has its own.
inline constexpr std::uint32_t kDevAccounts = 400;

/// "buyer-1"; also the name of its file, <dir>/buyer-1.key or .json ("deployer", "bridge" and "challenger" have no number).
[[nodiscard]] std::string role_name(Role role, std::uint32_t index);

/// Number of keys of a role that the configuration speaks of.
[[nodiscard]] std::uint32_t keys_of(const config::Config& config, Role role);

/// The role's place of [keys].
[[nodiscard]] config::KeyPlace place_of(const config::Config& config, Role role);

/// Where the key of (role, index) is, for people: "keystore 'keys/bridge.json'".
[[nodiscard]] std::string describe_place(const config::Config& config, Role role, std::uint32_t index);

/// The secret key of a role. Throws ConfigError naming the role when there is none here, its file is missing or open to others,
/// its password wrong, or the test keys are not allowed on the configured chain.
[[nodiscard]] eth::SecretKey key_for(const config::Config& config, Role role, std::uint32_t index = 0);

/// Who signs transactions for a role: its key, or an external signer, which is not asked yet. Throws as key_for.
[[nodiscard]] std::unique_ptr<eth::Signer> signer_for(const config::Config& config, Role role, std::uint32_t index = 0);

}  // namespace cone::cli
