// The job spec as readable JSON: every field under the name its header gives it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <utility>

#include "cone/job/job_spec.hpp"
#include "cone/report/json_io.hpp"

namespace cone::report {

template <>
struct EnumNames<job::Aggregation> {
    static constexpr std::array<std::pair<job::Aggregation, const char*>, 3> names() {
        return {
            {{job::Aggregation::COsmd, "c-osmd"}, {job::Aggregation::OsmdDm, "osmd-dm"}, {job::Aggregation::FedAvg, "fedavg"}}};
    }
};

template <>
struct EnumNames<job::Growth> {
    static constexpr std::array<std::pair<job::Growth, const char*>, 3> names() {
        return {{{job::Growth::Doubling, "doubling"}, {job::Growth::D2m, "d2m"}, {job::Growth::Lead, "lead"}}};
    }
};

template <>
struct EnumNames<job::OptimiserKind> {
    static constexpr std::array<std::pair<job::OptimiserKind, const char*>, 3> names() {
        return {{{job::OptimiserKind::Sgd, "sgd"}, {job::OptimiserKind::Adam, "adam"}, {job::OptimiserKind::AdamW, "adamw"}}};
    }
};

template <class Io>
void fields(Io& io, typename Io::template Ref<job::ModelSpec> model) {
    io("layers", model.layers);
    io("channels", model.channels);
    io("height", model.height);
    io("width", model.width);
    io("classes", model.classes);
    io("init_seed", model.init_seed);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<job::LocalTraining> local) {
    io("epochs", local.epochs);
    io("batch", local.batch);
    io("learning_rate", local.learning_rate);
    io("momentum", local.momentum);
    io("weight_decay", local.weight_decay);
    io("learning_rate_decay", local.learning_rate_decay);
    io("optimiser", local.optimiser);
    io("max_gradient_norm", local.max_gradient_norm);
    io("virtual_shards", local.virtual_shards);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<job::OsmdSpec> osmd) {
    io("aggregation", osmd.aggregation);
    io("draws", osmd.draws);
    io("alpha", osmd.alpha);
    io("eta", osmd.eta);
    io("clip", osmd.clip);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<job::Schedule> schedule) {
    io("rounds", schedule.rounds);
    io("rounds_per_segment", schedule.rounds_per_segment);
    io("training_seed", schedule.training_seed);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<job::AgreementSpec> agreement) {
    io("fault_share", agreement.fault_share);
    io("error_target", agreement.error_target);
    io("lead", agreement.lead);
    io("growth", agreement.growth);
    io("min_size", agreement.min_size);
    io("c_num", agreement.c_num);
    io("c_den", agreement.c_den);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<job::ExecutionProfile> profile) {
    io("engine", profile.engine);
    io("engine_version", profile.engine_version);
    io("operator_set", profile.operator_set);
    io("isa", profile.isa);
    io("threads", profile.threads);
    io("block", profile.block);
    io("probe", profile.probe);
}

/// Without the profile, which result.json shows at its top.
template <class Io>
void fields(Io& io, typename Io::template Ref<job::JobSpec> spec) {
    io("name", spec.name);
    io("model", spec.model);
    io("local", spec.local);
    io("osmd", spec.osmd);
    io("schedule", spec.schedule);
    io("agreement", spec.agreement);
    io("min_sellers", spec.min_sellers);
    io("threshold_bp", spec.threshold_bp);
    io("validation_root", spec.validation_root);
    io("test_root", spec.test_root);
}

}  // namespace cone::report
