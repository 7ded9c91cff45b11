// Whose key signs what: test accounts on a development chain, key files elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "bridge/eth/key.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

enum class Role { Deployer, Bridge, Buyer, Seller, Executor };

/// Number of accounts `cone devnet` funds; every (role, index) below the limits has its own.
inline constexpr std::uint32_t kDevAccounts = 400;

/// "buyer-1"; also the name of its key file, <keys.dir>/buyer-1.key ("bridge.key" and "deployer.key" have no number).
[[nodiscard]] std::string role_name(Role role, std::uint32_t index);

/// The secret key of a role. Throws ConfigError when the key file is missing or open to others, or when the test keys are not
/// allowed on the configured chain.
[[nodiscard]] eth::SecretKey key_for(const config::Config& config, Role role, std::uint32_t index = 0);

}  // namespace cone::cli
