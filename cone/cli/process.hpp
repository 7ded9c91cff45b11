// Child processes that cannot outlive their purpose: found in PATH, started detached or tied to us, stopped by pid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cone::cli {

/// Absolute path of a program: in PATH, else in the checkout's private folder (.tools/bin, .tools/venv/bin).
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

/// Starts a program in its own session with stdout and stderr appended to `log`. Returns its pid.
/// Throws EnvironmentError when it cannot be started.
[[nodiscard]] pid_t start_detached(const std::string& program, const std::vector<std::string>& arguments,
                                   const std::filesystem::path& log);

[[nodiscard]] bool is_alive(pid_t pid);

/// A TCP port of the loopback interface that nobody listens on right now.
[[nodiscard]] std::uint16_t free_port();

/// SIGTERM, then SIGKILL after `grace_ms`. True when the process is gone.
bool stop_process(pid_t pid, int grace_ms);

/// First line a program prints, e.g. its version; nothing when it cannot run.
[[nodiscard]] std::optional<std::string> first_line_of(const std::string& program, const std::string& argument);

}  // namespace cone::cli
