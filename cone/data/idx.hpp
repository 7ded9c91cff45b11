// Reads the IDX files of the MNIST family, gzipped or not. Hostile input: every malformed file is refused by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/data/shard.hpp"

namespace cone::data {

/// An IDX file of unsigned bytes: sizes of the dimensions, then the values, last dimension fastest.
struct IdxFile {
    std::vector<std::uint32_t> sizes;
    Bytes values;
};

/// Largest content that is read, so that a few hostile bytes cannot ask for all memory.
inline constexpr std::uint64_t kMaxIdxBytes = std::uint64_t{1} << 31;

/// Reads a file of exactly `rank` dimensions. Throws DataError naming file, offset and reason: cannot open, broken gzip,
/// truncated, wrong magic (type not unsigned byte or another rank), a dimension of 0, more than kMaxIdxBytes, trailing bytes.
[[nodiscard]] IdxFile read_idx(const std::filesystem::path& path, std::uint8_t rank);

/// Reads images (rank 3) and their labels (rank 1) as one shard of one channel. Throws DataError as read_idx does, and when
/// the counts differ or a label is not below `classes` (row named).
[[nodiscard]] Shard read_labelled_images(const std::filesystem::path& images, const std::filesystem::path& labels,
                                         std::uint32_t classes);

/// The folder's training and test set by MNIST's file names, with or without ".gz".
struct LabelledSets {
    Shard train;
    Shard test;
};
[[nodiscard]] LabelledSets read_mnist_folder(const std::filesystem::path& folder, std::uint32_t classes);

}  // namespace cone::data
