// The folder a run leaves behind, and the link that always points at the newest one.
// SPDX-License-Identifier: Apache-2.0
//
//   cone-out/job-7/result.json   report.html   receipt.json
//   cone-out/latest -> job-7
#pragma once

#include <filesystem>

#include "cone/base/ids.hpp"
#include "cone/report/receipt.hpp"
#include "cone/report/result.hpp"

namespace cone::report {

/// Where the parts of one run are.
struct RunFolder {
    std::filesystem::path path;

    [[nodiscard]] std::filesystem::path result() const { return path / "result.json"; }
    [[nodiscard]] std::filesystem::path receipt() const { return path / "receipt.json"; }
    [[nodiscard]] std::filesystem::path page() const { return path / "report.html"; }
};

/// `<root>/job-<id>`; nothing is created.
[[nodiscard]] RunFolder run_folder(const std::filesystem::path& root, JobId job);

/// Creates the folder; what an earlier run of the same number left stays. Throws EnvironmentError.
void create_folder(const RunFolder& folder);

/// Writes result.json, receipt.json and report.html, each whole or not at all, then turns `latest` to this run. Throws
/// EnvironmentError naming the file that could not be written.
void publish(const RunFolder& folder, const RunResult& result, const Receipt& receipt);

/// Turns `latest` beside the folder to it in one step: a reader finds the old run or the new one, never none. Throws
/// EnvironmentError, also when `latest` is something other than a link.
void point_latest_at(const RunFolder& folder);

/// The file read and checked; throws EnvironmentError when it cannot be read, DataError with path and place when it is
/// malformed.
[[nodiscard]] RunResult load_result(const std::filesystem::path& file);
[[nodiscard]] Receipt load_receipt(const std::filesystem::path& file);

}  // namespace cone::report
