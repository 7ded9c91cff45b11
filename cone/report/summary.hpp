// What a person reads in the terminal when a job is over: a few lines.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "cone/report/result.hpp"

namespace cone::report {

/// Accuracy, who was paid what, who was caught, how long it took, where the report is. `folder` is shown as it is given.
[[nodiscard]] std::string summary(const RunResult& result, const std::filesystem::path& folder);

}  // namespace cone::report
