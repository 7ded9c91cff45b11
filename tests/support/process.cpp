// Child processes over fork, exec and pipes.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

extern char** environ;

namespace cone::test {
namespace {

std::vector<char*> argv_of(const std::vector<std::string>& arguments) {
    std::vector<char*> out;
    for (const std::string& argument : arguments) {
        out.push_back(const_cast<char*>(argument.c_str()));
    }
    out.push_back(nullptr);
    return out;
}

struct Pipe {
    std::array<int, 2> ends{};
    Pipe() {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe failed");
        }
    }
    void close_end(std::size_t i) {
        if (ends[i] >= 0) {
            ::close(ends[i]);
        }
        ends[i] = -1;
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
};

void drain(Pipe& out, Pipe& err, Finished& result) {
    std::array<pollfd, 2> polls{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    std::array<std::string*, 2> texts{&result.output, &result.errors};
    std::array<char, 65536> block{};
    for (int open = 2; open > 0;) {
        ::poll(polls.data(), polls.size(), -1);
        for (std::size_t i = 0; i < polls.size(); ++i) {
            if (polls[i].fd < 0 || polls[i].revents == 0) {
                continue;
            }
            const ssize_t got = ::read(polls[i].fd, block.data(), block.size());
            if (got <= 0) {
                polls[i].fd = -1;
                --open;
            } else {
                texts[i]->append(block.data(), static_cast<std::size_t>(got));
            }
        }
    }
}

}  // namespace

Finished run(const std::vector<std::string>& arguments) {
    Pipe out;
    Pipe err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    pid_t pid = -1;
    auto argv = argv_of(arguments);
    const int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw std::runtime_error("cannot start " + arguments[0]);
    }
    out.close_end(1);
    err.close_end(1);
    Finished result;
    drain(out, err, result);
    int status = 0;
    ::waitpid(pid, &status, 0);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
    Pipe out;
    auto argv = argv_of(arguments);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(out.ends[1], 1);
        ::dup2(out.ends[1], 2);
        if (::chdir("/") == 0) {
            ::execv(argv[0], argv.data());
        }
        ::_exit(127);
    }
    if (pid_ < 0) {
        throw std::runtime_error("fork failed");
    }
    output_ = out.ends[0];
    out.ends[0] = -1;
}

ChildProcess::~ChildProcess() {
    kill();
    ::close(output_);
}

std::string ChildProcess::read_line(int timeout_ms) {
    std::array<char, 4096> block{};
    for (;;) {
        if (const std::size_t end = buffered_.find('\n'); end != std::string::npos) {
            std::string line = buffered_.substr(0, end);
            buffered_.erase(0, end + 1);
            return line;
        }
        pollfd ready{output_, POLLIN, 0};
        const ssize_t got = ::poll(&ready, 1, timeout_ms) > 0 ? ::read(output_, block.data(), block.size()) : 0;
        if (got <= 0) {
            throw std::runtime_error("the child said nothing more; so far: " + buffered_);
        }
        buffered_.append(block.data(), static_cast<std::size_t>(got));
    }
}

void ChildProcess::signal(int number) const {
    ::kill(pid_, number);
}

void ChildProcess::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
}

}  // namespace cone::test
