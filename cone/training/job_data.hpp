// What a job trains on: the spec, the sellers' shards, validation and test set, each checked against its root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/data/content_store.hpp"
#include "cone/data/shard.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::training {

/// A job as the chain names it.
struct JobContext {
    job::JobSpec spec;
    std::vector<Hash32> shard_roots;  ///< of the matched sellers, in catalogue order
    Hash32 job_hash;                  ///< binds spec and roots (record 0x02); "previous digest" of segment 0
};

/// Fills in the job hash from the spec and the roots.
[[nodiscard]] JobContext make_context(job::JobSpec spec, std::vector<Hash32> shard_roots);

/// The job's data, all of it verified.
struct JobData {
    std::vector<data::Shard> sellers;
    data::Shard validation;
    data::Shard test;
};

/// Reads every shard of the job from the store before anything is trained. Throws DataError naming the seller (or "validation
/// set", "test set") when a shard is missing, was changed, is malformed, has another shape than the model or a label out of
/// range.
[[nodiscard]] JobData load_job_data(const JobContext& context, const data::ContentStore& store);

}  // namespace cone::training
