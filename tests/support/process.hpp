// Child processes for tests: run one to its end, or hold one as long as a scope lasts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace cone::test {

struct Finished {
    int exit_code = -1;  ///< -1: ended by a signal
    std::string output;  ///< stdout
    std::string errors;  ///< stderr
};

/// Runs `arguments[0]` to its end in the root folder (so that no configuration file lies around it).
[[nodiscard]] Finished run(const std::vector<std::string>& arguments);

/// A child that is killed and reaped when the object dies, and by the kernel when the test does.
class ChildProcess {
public:
    explicit ChildProcess(const std::vector<std::string>& arguments);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    /// Next line of its output, stdout and stderr together. Throws std::runtime_error after `timeout_ms`, or at its end.
    [[nodiscard]] std::string read_line(int timeout_ms);
    void signal(int number) const;
    /// SIGKILL, then waits for the end. Once is enough.
    void kill();
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
    int output_ = -1;
    std::string buffered_;
};

}  // namespace cone::test
