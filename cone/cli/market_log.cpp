// One pass over the chain.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/market_log.hpp"

#include "bridge/index/history.hpp"
#include "bridge/rpc/log_range.hpp"

namespace cone::cli {

std::vector<contracts::Event> market_events(Connection& connection) {
    const auto& deployment = connection.deployment();
    const auto head = rpc::block_number(connection.client());
    const auto logs = rpc::read_logs(connection.client(), deployment.block, head, {deployment.addresses(), {}});
    return index::events_in(deployment, logs);
}

}  // namespace cone::cli
