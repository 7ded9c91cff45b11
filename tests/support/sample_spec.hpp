// A job spec that passes validation: the demo's numbers with made-up roots. Change one field to make a bad one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/job/job_spec.hpp"
#include "cone/job/presets.hpp"

namespace cone::test {

[[nodiscard]] inline Hash32 filled_hash(std::uint8_t byte) {
    Hash32 hash;
    hash.bytes.fill(byte);
    return hash;
}

[[nodiscard]] inline job::JobSpec sample_spec() {
    job::JobSpec spec;
    spec.name = "demo";
    spec.model.layers = job::preset_layers("lenet5");
    spec.model.init_seed = 7;
    spec.local.learning_rate_decay = 0.85;
    spec.schedule.training_seed = 11;
    spec.min_sellers = 8;
    spec.threshold_bp = 9000;
    spec.validation_root = filled_hash(0x11);
    spec.test_root = filled_hash(0x22);
    spec.profile.engine = "exact";
    spec.profile.engine_version = "1";
    spec.profile.operator_set = "exact/1";
    spec.profile.isa = "any";
    spec.profile.probe = filled_hash(0x33);
    return spec;
}

}  // namespace cone::test
