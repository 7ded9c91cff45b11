// From a config to everything a job needs before money moves: shards in the store, the profile with its probe, the spec.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "cone/config/config.hpp"
#include "cone/data/content_store.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/training/parallelism.hpp"

namespace cone::cli {

struct PreparedData {
    std::vector<Hash32> seller_roots;  ///< one a seller, in config order
    Hash32 validation_root;
    Hash32 test_root;
    job::ModelSpec shape;  ///< channels, height, width and classes of the images
};

/// Reads the IDX files, cuts and corrupts as the [data] table says, puts every shard into the store. Deterministic.
/// Throws DataError on a malformed file, ConfigError when the files hold too few images.
[[nodiscard]] PreparedData prepare_data(const config::Config& config, data::ContentStore& store);

/// Runs the probe and fills in the spec. Throws ConfigError naming the first field that cannot be used, or the layer.
[[nodiscard]] job::JobSpec prepare_spec(const config::Config& config, const PreparedData& data);

/// [execution] threads and split.
[[nodiscard]] training::Parallelism parallelism_of(const config::Config& config);

/// Where a job's files are: <output.dir>/job-<id>.
[[nodiscard]] std::filesystem::path job_folder(const config::Config& config, std::uint64_t job);

}  // namespace cone::cli
