// The guard process and the beating thread.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/lifeguard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cone/base/errors.hpp"

namespace cone::node {
namespace {

constexpr Millis kBeat{250};

/// The one guard of this process, where a signal handler can find it.
std::atomic<int> beat_pipe = -1;
std::atomic<pid_t> guard_pid = -1;

/// The guard's whole life. Only calls that are safe in a fork of a program that may have threads.
[[noreturn]] void guard(pid_t ward, int pipe, int silent_turns) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
        (void)std::signal(signal, SIG_IGN);  // it ends with its ward, not before
    }
    (void)prctl(PR_SET_NAME, "cone-guard");
    const int null = open("/dev/null", O_RDWR);  // mpirun waits until nobody holds the output pipes any more
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        (void)dup2(null, fd);
    }
    for (int silent = 0; silent < silent_turns;) {
        pollfd watched{pipe, POLLIN, 0};
        const int ready = poll(&watched, 1, static_cast<int>(kBeat.count()));
        if (ready <= 0) {
            silent += ready == 0 ? 1 : 0;
            continue;
        }
        char beats[64];
        if (read(pipe, beats, sizeof beats) <= 0) {
            _exit(0);  // the ward is gone
        }
        silent = 0;
    }
    (void)kill(ward, SIGKILL);
    _exit(0);
}

}  // namespace

Lifeguard::Lifeguard(Millis freeze_limit) {
    if (freeze_limit.count() > 0) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
            throw EnvironmentError(std::string("guard: pipe: ") + std::strerror(errno));
        }
        const pid_t ward = getpid();
        const pid_t child = fork();
        if (child == 0) {
            close(ends[1]);
            guard(ward, ends[0], static_cast<int>(freeze_limit / kBeat));
        }
        close(ends[0]);
        beat_pipe = ends[1];
        guard_pid = child;
        if (child < 0) {
            throw EnvironmentError(std::string("guard: fork: ") + std::strerror(errno));
        }
    }
    thread_ = std::thread([this] { beat(); });
}

Lifeguard::~Lifeguard() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
    dismiss_guard();
}

void Lifeguard::dismiss_guard() {
    if (const int pipe = beat_pipe.exchange(-1); pipe >= 0) {
        close(pipe);
        (void)waitpid(guard_pid, nullptr, 0);
    }
}

void Lifeguard::leave_within(Millis span, int exit_code) {
    const std::lock_guard lock(mutex_);
    exit_ = Exit{Deadline::in(SteadyClock(), span), exit_code};
}

void Lifeguard::beat() {
    sigset_t all;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for the main thread
    std::unique_lock lock(mutex_);
    while (!ended_) {
        if (const int pipe = beat_pipe; pipe >= 0) {
            (void)!write(pipe, "", 1);
        }
        if (exit_ && exit_->deadline.passed(SteadyClock())) {
            std::fprintf(stderr, "cone: process %d did not end in time; leaving with %d\n", getpid(), exit_->code);
            std::fflush(nullptr);
            dismiss_guard();
            _exit(exit_->code);
        }
        changed_.wait_for(lock, kBeat);
    }
}

}  // namespace cone::node
