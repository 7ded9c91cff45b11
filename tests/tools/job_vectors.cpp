// Vectors of the job spec: canonical bytes and their hash.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/job_spec.hpp"
#include "cone/job/presets.hpp"
#include "tests/support/sample_spec.hpp"
#include "tests/tools/vectors.hpp"

namespace cone::test {
namespace {

void add(Json& file, const job::JobSpec& spec) {
    file["canonical"].push_back(to_hex(job::canonical_bytes(spec)));
    file["hash"].push_back(to_hex(job::spec_hash(spec)));
}

job::JobSpec large_spec() {
    job::JobSpec spec = sample_spec();
    spec.name = "a-name_of.64-characters-0123456789-abcdefghijklmnopqrstuvwxyzend";
    spec.model = {.layers = job::preset_layers("cnn"),
                  .channels = 3,
                  .height = 32,
                  .width = 32,
                  .classes = 100,
                  .init_seed = ~std::uint64_t{0}};
    spec.schedule = {.rounds = 1000, .rounds_per_segment = 10, .training_seed = ~std::uint64_t{0}};
    spec.agreement.growth = job::Growth::Lead;
    spec.agreement.c_num = 2;
    return spec;
}

}  // namespace

Json job_spec_vectors() {
    Json file;
    add(file, sample_spec());
    job::JobSpec other = sample_spec();
    other.osmd.aggregation = job::Aggregation::OsmdDm;
    other.agreement.growth = job::Growth::D2m;
    add(file, other);
    add(file, large_spec());
    add(file, job::JobSpec{});
    return file;
}

}  // namespace cone::test
