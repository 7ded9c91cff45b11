// A child process that answers lines: asked through its stdin, heard through its stdout, gone with its owner.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cone::cli {

/// Environment variables to change in the child: a value, or nothing to take it out.
using EnvironmentChanges = std::map<std::string, std::optional<std::string>>;

class PipedChild {
public:
    /// Throws EnvironmentError when it cannot be started. Its stderr is ours.
    PipedChild(const std::string& program, const std::vector<std::string>& arguments, const EnvironmentChanges& changes);
    PipedChild(const PipedChild&) = delete;
    PipedChild& operator=(const PipedChild&) = delete;
    /// Closes its stdin, which ends it, and waits.
    ~PipedChild();

    /// Sends a line and waits for one, which is returned without its end. Throws EnvironmentError when the child is gone.
    [[nodiscard]] std::string ask(const std::string& line);

private:
    pid_t pid_ = -1;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

}  // namespace cone::cli
