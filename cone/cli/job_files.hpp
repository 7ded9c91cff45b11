// The files of a job beside the chain: its spec, and which shards a demonstration corrupted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "cone/cli/prepare.hpp"
#include "cone/config/config.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::cli {

/// Writes <folder>/job-spec.pb and <folder>/planted.json.
void save_job_files(const std::filesystem::path& folder, const job::JobSpec& spec, const std::set<Hash32>& corrupted_roots);

/// The spec in <folder>. Throws DataError when it is missing, malformed, or does not hash to `expected`.
[[nodiscard]] job::JobSpec load_job_spec(const std::filesystem::path& folder, const Hash32& expected);

/// Roots of the shards that the demonstration corrupted; empty when nobody wrote any down.
[[nodiscard]] std::set<Hash32> load_corrupted_roots(const std::filesystem::path& folder);

}  // namespace cone::cli
