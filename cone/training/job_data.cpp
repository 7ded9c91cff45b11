// Loads and checks shards.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/job_data.hpp"

#include <string>

#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/model/trainer.hpp"

namespace cone::training {
namespace {

data::Shard load_shard(const std::string& whose, const Hash32& root, const job::ModelSpec& model,
                       const data::ContentStore& store) {
    try {
        auto shard = data::shard_from_canonical(store.get(root));
        model::require_fits(model, shard);
        return shard;
    } catch (const DataError& error) {
        throw DataError(whose + ": " + error.what(), error.hint());
    }
}

}  // namespace

JobContext make_context(job::JobSpec spec, std::vector<Hash32> shard_roots) {
    const auto job_hash = hash::job_hash(job::spec_hash(spec), hash::data_hash(shard_roots));
    return {.spec = std::move(spec), .shard_roots = std::move(shard_roots), .job_hash = job_hash};
}

JobData load_job_data(const JobContext& context, const data::ContentStore& store) {
    const auto& spec = context.spec;
    if (context.shard_roots.empty()) {
        throw DataError("the job has no seller");
    }
    JobData data;
    for (std::size_t i = 0; i < context.shard_roots.size(); ++i) {
        data.sellers.push_back(load_shard("seller " + std::to_string(i), context.shard_roots[i], spec.model, store));
    }
    data.validation = load_shard("validation set", spec.validation_root, spec.model, store);
    data.test = load_shard("test set", spec.test_root, spec.model, store);
    return data;
}

}  // namespace cone::training
