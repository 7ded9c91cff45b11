// Whole files: read at once; replaced so that a crash leaves the old or the new one, never half.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cone/base/bytes.hpp"

namespace cone::data {

/// Throws DataError naming the file when it cannot be read.
[[nodiscard]] Bytes read_file(const std::filesystem::path& path);

/// Writes a temporary file beside `path`, fsyncs it, renames it over `path`, fsyncs the folder. Several processes may write
/// the same path. Throws EnvironmentError naming the file and the system's reason.
void write_file_atomically(const std::filesystem::path& path, ByteSpan bytes);

}  // namespace cone::data
