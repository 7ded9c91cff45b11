// What the two kinds of ranks of `cone run` do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/base/clock.hpp"
#include "cone/config/config.hpp"
#include "cone/node/mpi_run.hpp"

namespace cone::cli {

/// World rank 0: follows the chain, runs the job, writes the run's folder. `wanted_job` 0: the newest.
[[nodiscard]] node::SeatEnd run_bridge_rank(const config::Config& config, std::uint64_t wanted_job, const node::Seat& seat,
                                            bool json);

/// A rank of an executor's team.
[[nodiscard]] node::SeatEnd run_executor_rank(const config::Config& config, const node::Seat& seat);

/// After this long the whole job is given up.
[[nodiscard]] Millis job_timeout(const config::Config& config);

[[nodiscard]] node::RankPlan plan_of(const config::Config& config);

}  // namespace cone::cli
