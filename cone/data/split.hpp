// Cuts a labelled set into the shards of a demonstration: sellers, the buyer's validation set, the test set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/data/idx.hpp"
#include "cone/data/shard.hpp"

namespace cone::data {

/// The [data] table of a config.
struct SplitSpec {
    std::uint32_t sellers = 12;
    std::uint32_t images_per_seller = 4800;
    std::uint32_t validation_images = 2400;
    std::uint32_t test_images = 10000;
    std::uint32_t corrupted_sellers = 0;  ///< the last ones
    double corrupted_share = 1.0;         ///< share of their labels that is replaced, in [0, 1]
    std::uint32_t classes = 10;
    std::uint64_t seed = 0;
};

struct Split {
    std::vector<Shard> sellers;
    Shard validation;
    Shard test;
};

/// The images of `shard` at `rows`, in that order.
[[nodiscard]] Shard select(const Shard& shard, std::span<const std::uint32_t> rows);

/// A uniform order of 0 .. count-1: Fisher-Yates, draw i from RngStream::DataSplit.
[[nodiscard]] std::vector<std::uint32_t> permutation(std::uint64_t seed, std::uint32_t substream, std::uint32_t count);

/// Replaces each label with probability `share` by one of the other classes, all equally likely
/// (RngStream::LabelCorruption, substream `seller`).
void corrupt_labels(Shard& shard, std::uint64_t seed, std::uint32_t seller, double share, std::uint32_t classes);

/// Validation set and sellers are disjoint parts of the training set, in the order of a permutation (substream 0); the test
/// set is drawn from the test files (substream 1). Throws ConfigError when the sets do not hold enough images.
[[nodiscard]] Split split_sets(const LabelledSets& sets, const SplitSpec& spec);

}  // namespace cone::data
