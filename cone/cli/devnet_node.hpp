// The two nodes that `cone devnet` knows: anvil, made for tests, and geth, which most of the network runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bridge/rpc/client.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// Command line of `devnet.node`: keeps nothing but what is under `folder`, listens on the loopback interface only.
[[nodiscard]] std::vector<std::string> node_arguments(const config::Config& config, std::uint16_t port,
                                                      const std::filesystem::path& folder);

/// Gives every test account its ether; returns when the chain has it. Anvil's accounts are born rich: nothing to do there.
/// Throws EnvironmentError when the node does not pay within a minute.
void fund_accounts(rpc::Client& client, rpc::Pause& pause, const config::Config& config);

}  // namespace cone::cli
