// The run's folder: result.json, receipt.json, report.html, the final weights; and what is said at the end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cone/cli/connection.hpp"
#include "cone/config/config.hpp"
#include "cone/node/record.hpp"

namespace cone::cli {

/// The wall clock's date at construction, for the report only.
class RunClock {
public:
    RunClock() : start_(std::chrono::system_clock::now()) {}
    /// ISO 8601, UTC.
    [[nodiscard]] std::string text() const;

private:
    std::chrono::system_clock::time_point start_;
};

/// Everything about the run that the coordinator does not know; evaluates the untrained model once.
[[nodiscard]] node::RunFacts facts_of(const config::Config& config, Connection& connection, const job::JobSpec& spec,
                                      const std::filesystem::path& folder, const RunClock& started);

struct RunSummary {
    nlohmann::json json;
    std::string text;
};

/// Writes the folder, moves <output.dir>/latest to it, and says what a person wants to know.
[[nodiscard]] RunSummary write_run(const config::Config& config, const report::RunResult& result,
                                   const report::Receipt& receipt);

}  // namespace cone::cli
