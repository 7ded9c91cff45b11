// Logs are for people and go to stderr; results go to stdout and never here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/spdlog.h>

#include <array>
#include <string>
#include <string_view>

namespace cone {

inline constexpr std::array<std::string_view, 5> kLogLevels = {"trace", "debug", "info", "warn", "error"};

/// Replaces the process-wide logger. `name` says who speaks ("bridge", "executor 3"); `level` is one of kLogLevels.
void set_up_log(const std::string& name, const std::string& level);

}  // namespace cone
