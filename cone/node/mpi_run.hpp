// One rank of `mpirun cone run`: MPI from start to end, so that whatever happens to others, this process ends with the right
// code. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/comm/communicator.hpp"
#include "cone/comm/mailbox.hpp"
#include "cone/node/ranks.hpp"

namespace cone::node {

struct MpiRunOptions {
    RankPlan plan;
    Millis team_timeout{120000};  ///< of one collective inside a team
    Millis start_timeout{60000};  ///< until all ranks have met
    Millis job_timeout{3600000};  ///< a rank that is still there then ends with 75
    Millis freeze_limit{15000};   ///< a rank that stands still that long is killed by its guard; zero: no guard
    Millis exit_timeout{10000};   ///< of MPI_Finalize
};

/// What a rank gets to work with.
struct Seat {
    std::optional<std::size_t> executor;  ///< nothing: this rank is the bridge
    comm::Communicator& team;
    comm::Mailbox& mailbox;
    std::vector<int> leaders;              ///< world ranks, by executor number
    const std::atomic<bool>& interrupted;  ///< SIGINT or SIGTERM came (bridge only; other ranks leave at once with 130)
};

struct SeatEnd {
    int exit_code = 0;
    bool all_alive = false;  ///< every rank will call MPI_Finalize: only then may this one
};

/// Starts MPI, splits the world into bridge and teams (the only world-wide collectives), runs `body`, and ends MPI. Call it
/// before other threads exist. Returns the exit code when MPI was finalized; else ends the process with it, output flushed.
/// Throws ConfigError on rank 0 (others return ExitCode::Usage) when the number of ranks does not fit the plan.
[[nodiscard]] int run_under_mpi(int& argc, char**& argv, const MpiRunOptions& options,
                                const std::function<SeatEnd(const Seat&)>& body);

}  // namespace cone::node
