// Job specs as files, in protobuf (proto/job_spec.proto): for people and tools. What is hashed is never this.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "cone/job/job_spec.hpp"

namespace cone::job {

/// The file's bytes, the spec hash among them.
[[nodiscard]] std::string to_file_bytes(const JobSpec& spec);

/// Reads such bytes. Throws DataError, beginning with `name`, when they are no job file, carry a field this version does not
/// know, do not have the hash they state, or hold a spec that validate() refuses.
[[nodiscard]] JobSpec from_file_bytes(std::string_view bytes, const std::string& name);

/// Writes beside `path`, then renames: a reader sees the old file or the new one. Throws DataError when that fails.
void save_job_file(const std::filesystem::path& path, const JobSpec& spec);
/// from_file_bytes of a file of at most 1 MiB. Throws DataError also when it cannot be read.
[[nodiscard]] JobSpec load_job_file(const std::filesystem::path& path);

}  // namespace cone::job
