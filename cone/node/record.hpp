// What the bridge saw, as the result and the receipt of the run. Pure functions over its final state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "cone/node/bridge_loop.hpp"
#include "cone/report/receipt.hpp"
#include "cone/report/result.hpp"

namespace cone::node {

/// What the coordinator does not know about its own run.
struct RunFacts {
    job::JobSpec spec;
    std::uint64_t chain_id = 0;
    Address job_board;
    std::uint32_t ranks_per_executor = 1;
    std::map<std::string, std::string> contracts;  ///< name -> address
    std::set<Hash32> corrupted_roots;              ///< shards that a demonstration corrupted
    double initial_metric_bp = 0;                  ///< accuracy of the untrained model
    std::string started_at;
    std::string machine;
    std::string version;
};

[[nodiscard]] report::RunResult make_result(const BridgeOutcome& outcome, const RunFacts& facts);

/// Holds the accepted segments only; enough for a stranger to verify them offline.
[[nodiscard]] report::Receipt make_receipt(const CoordinatorState& state, const RunFacts& facts);

}  // namespace cone::node
