// All that the contracts ever logged, for commands that add it up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bridge/contracts/events.hpp"
#include "cone/cli/connection.hpp"

namespace cone::cli {

/// From the contracts' deployment on, in ranges that the node answers. Throws RpcError.
[[nodiscard]] std::vector<contracts::Event> market_events(Connection& connection);

}  // namespace cone::cli
