// MPI around a rank's work: start, split, signals, deadlines, end.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/mpi_run.hpp"

#include <thread>

#include <unistd.h>

#include <csignal>
#include <iostream>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/comm/mpi_world.hpp"
#include "cone/node/lifeguard.hpp"

namespace cone::node {
namespace {

constexpr Millis kLetRankZeroSpeak{1000};

std::atomic<bool> interrupted = false;

extern "C" void note_interrupt(int) {
    interrupted = true;
}
extern "C" void leave_at_once(int) {
    _exit(static_cast<int>(ExitCode::Interrupted));
}

void handle_signals(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    for (const int signal : {SIGINT, SIGTERM}) {
        (void)sigaction(signal, &action, nullptr);
    }
}

/// What `body` throws becomes this rank's exit code: the others only see that it is gone.
SeatEnd run_body(const Seat& seat, const std::function<SeatEnd(const Seat&)>& body) {
    try {
        return body(seat);
    } catch (const Error& error) {
        spdlog::error("{}{}{}", error.what(), error.hint().empty() ? "" : ": ", error.hint());
        return {static_cast<int>(error.code()), false};
    } catch (const std::exception& error) {
        spdlog::error("{}", error.what());
        return {static_cast<int>(ExitCode::Environment), false};
    }
}

SeatEnd take_seat(comm::MpiWorld& world, const MpiRunOptions& options, Lifeguard& lifeguard,
                  const std::function<SeatEnd(const Seat&)>& body) {
    const auto executor = executor_of(world.rank(), options.plan);
    const int color = executor ? static_cast<int>(*executor) + 1 : 0;
    const auto team = world.split_team(color, options.team_timeout);
    const auto mailbox = world.open_mailbox();
    lifeguard.leave_within(options.job_timeout + options.exit_timeout, static_cast<int>(ExitCode::TryAgain));
    handle_signals(executor ? leave_at_once : note_interrupt);
    const SeatEnd end = run_body({executor, *team, *mailbox, leaders_of(options.plan), interrupted}, body);
    if (!end.all_alive) {
        Lifeguard::dismiss_guard();
        world.leave(end.exit_code);  // before anything MPI is freed: that may wait for the dead
    }
    return end;
}

}  // namespace

int run_under_mpi(int& argc, char**& argv, const MpiRunOptions& options, const std::function<SeatEnd(const Seat&)>& body) {
    Lifeguard lifeguard(options.freeze_limit);
    lifeguard.leave_within(options.start_timeout, static_cast<int>(ExitCode::TryAgain));
    comm::MpiWorld world(argc, argv);
    if (world.rank() != 0 && world.size() != options.plan.world_size()) {
        std::this_thread::sleep_for(kLetRankZeroSpeak);  // the first rank that ends makes mpirun kill the others
        return static_cast<int>(ExitCode::Usage);
    }
    require_rank_count(world.size(), options.plan);
    const SeatEnd end = take_seat(world, options, lifeguard, body);
    lifeguard.leave_within(options.exit_timeout, end.exit_code);
    return end.exit_code;  // MpiWorld finalizes on the way out, under the lifeguard's eye
}

}  // namespace cone::node
