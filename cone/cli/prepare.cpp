// Data and spec of a job, from the config.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/prepare.hpp"

#include "cone/base/errors.hpp"
#include "cone/data/idx.hpp"
#include "cone/data/split.hpp"
#include "cone/training/profile.hpp"

namespace cone::cli {
namespace {

constexpr std::uint32_t kClasses = 10;

data::SplitSpec split_spec(const config::Data& data) {
    return {.sellers = data.sellers,
            .images_per_seller = data.images_per_seller,
            .validation_images = data.validation_images,
            .test_images = data.test_images,
            .corrupted_sellers = data.corrupted_sellers,
            .corrupted_share = data.corrupted_share,
            .classes = kClasses,
            .seed = data.split_seed};
}

Hash32 put(data::ContentStore& store, const data::Shard& shard) {
    return store.put(data::canonical_bytes(shard));
}

}  // namespace

PreparedData prepare_data(const config::Config& config, data::ContentStore& store) {
    const auto sets = data::read_mnist_folder(config.data.dir, kClasses);
    const auto split = data::split_sets(sets, split_spec(config.data));
    PreparedData prepared;
    for (const auto& seller : split.sellers) {
        prepared.seller_roots.push_back(put(store, seller));
    }
    prepared.validation_root = put(store, split.validation);
    prepared.test_root = put(store, split.test);
    prepared.shape = {.layers = config.model.layers,
                      .channels = split.test.channels,
                      .height = split.test.height,
                      .width = split.test.width,
                      .classes = kClasses};
    return prepared;
}

job::JobSpec prepare_spec(const config::Config& config, const PreparedData& data) {
    auto spec = config::to_job_spec(config, data.shape, data.validation_root, data.test_root,
                                    training::make_profile(config.execution.engine, config.execution.isa));
    if (const auto problem = job::validate(spec)) {
        throw ConfigError("job spec: " + problem->field + ": " + problem->reason, problem->hint);
    }
    (void)training::make_trainer(spec.model, spec.profile);
    return spec;
}

training::Parallelism parallelism_of(const config::Config& config) {
    return {.threads = config.execution.threads,
            .split = config.execution.split == "shards" ? training::Split::Shards : training::Split::Sellers};
}

std::filesystem::path job_folder(const config::Config& config, std::uint64_t job) {
    return std::filesystem::path(config.output.dir) / ("job-" + std::to_string(job));
}

}  // namespace cone::cli
