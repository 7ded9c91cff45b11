// Sees to it that a process never stays behind: a deadline that ends it from within, and a guard process that ends it when
// frozen. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "cone/base/clock.hpp"

namespace cone::node {

/// A process that is stopped (SIGSTOP, a debugger) cannot end itself, and mpirun waits for it for ever. So each rank has a
/// guard: a child that gets a beat from a thread of ours and kills us with SIGKILL after `freeze_limit` without one. It counts
/// its own waking time, so a suspended job (both stopped) survives. The guard ends as soon as we do.
///
/// Make it before threads and MPI are started (it forks). One a process.
class Lifeguard {
public:
    /// A `freeze_limit` of zero makes no guard. Throws EnvironmentError when the system refuses the pipe or the process.
    explicit Lifeguard(Millis freeze_limit);
    ~Lifeguard();
    Lifeguard(const Lifeguard&) = delete;
    Lifeguard& operator=(const Lifeguard&) = delete;

    /// The process ends with `exit_code` after `span`, whatever it is doing. Replaces the deadline before.
    void leave_within(Millis span, int exit_code);

    /// Ends the guard and waits for it, so that nothing of ours is left when the process goes next. Safe in a signal handler.
    static void dismiss_guard();

private:
    struct Exit {
        Deadline deadline;
        int code = 0;
    };
    void beat();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Exit> exit_;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace cone::node
