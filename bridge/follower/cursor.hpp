// How far the follower has read: the newest blocks it applied, so that it also recognises a reorganisation after a restart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "bridge/rpc/types.hpp"

namespace cone::follower {

using rpc::BlockRef;

/// Blocks in a row, oldest first; numbers rise by one.
using Ring = std::vector<BlockRef>;

/// Text: a line `cone.cursor/1`, then a line "number hash" a block. Written to a temporary file, fsync, rename, fsync of the
/// folder: a crash leaves the old or the new one. Throws EnvironmentError.
void save_cursor(const std::filesystem::path& file, const Ring& ring);

/// Nothing when there is no file. Throws DataError naming the line when it is malformed.
[[nodiscard]] std::optional<Ring> load_cursor(const std::filesystem::path& file);

}  // namespace cone::follower
