// Logs go to stderr (people) and, when asked, to a file of JSON lines (machines). Results never go here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace cone {

struct LogOptions {
    std::string name = "cone";   ///< who speaks: "bridge", "exec-3"
    std::string level = "info";  ///< trace, debug, info, warn, error
    bool to_stderr = true;
    std::string json_file;  ///< empty: none
};

/// Replaces the process-wide logger. Throws EnvironmentError when the file cannot be opened.
void set_up_log(const LogOptions& options);

}  // namespace cone
