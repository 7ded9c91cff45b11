// The market's side of a job, one step a function: stake executors, register shards, hold the auction, fix the seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cone/cli/connection.hpp"
#include "cone/cli/prepare.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// Stakes one unit for every executor of the config that is not registered yet. Returns how many were.
std::size_t register_executors(Connection& connection, const config::Config& config);

/// Registers every seller's shard that the catalogue does not have yet. Returns how many were.
std::size_t register_shards(Connection& connection, const config::Config& config, const PreparedData& data);

/// Opens the auction, places the bids in order, waits for its end and closes it. Returns the job's number.
/// Throws ChainError when too few sellers matched.
[[nodiscard]] JobId hold_auction(Connection& connection, const config::Config& config, const job::JobSpec& spec,
                                 Account& bridge);

/// Waits for the seed block and proves its prevrandao to the JobBoard. Returns when the job is Running.
void fix_seed(Connection& connection, Account& bridge, JobId job);

}  // namespace cone::cli
