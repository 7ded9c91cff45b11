// The one file that knows protobuf: spec to message and back, field by field.
// SPDX-License-Identifier: Apache-2.0
#include "cone/job/job_file.hpp"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "job_spec.pb.h"

namespace cone::job {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr const char* kHint = "get the file again from whoever posted the job";

[[noreturn]] void refuse(const std::string& name, const std::string& problem, const std::string& hint = kHint) {
    throw DataError(name + ": " + problem, hint);
}

std::string raw(const Hash32& hash) {
    return {hash.bytes.begin(), hash.bytes.end()};
}

Hash32 hash_from(const std::string& bytes, const std::string& name, const char* field) {
    Hash32 hash;
    if (bytes.size() != Hash32::kSize) {
        refuse(name, std::string(field) + " has " + std::to_string(bytes.size()) + " bytes, must have 32");
    }
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
}

/// Enumerators of the file are ours plus one: protobuf's zero means "not there".
template <class Enum>
Enum enumerator_from(int value, int count, const std::string& name, const char* field) {
    if (value < 1 || value > count) {
        refuse(name, std::string(field) + " is missing or unknown");
    }
    return static_cast<Enum>(value - 1);
}

void put(const ModelSpec& from, proto::Model& to) {
    for (const auto& layer : from.layers) {
        to.add_layers(layer);
    }
    to.set_channels(from.channels);
    to.set_height(from.height);
    to.set_width(from.width);
    to.set_classes(from.classes);
    to.set_init_seed(from.init_seed);
}

void put(const LocalTraining& from, proto::LocalTraining& to) {
    to.set_epochs(from.epochs);
    to.set_batch(from.batch);
    to.set_learning_rate(from.learning_rate);
    to.set_momentum(from.momentum);
    to.set_weight_decay(from.weight_decay);
    to.set_learning_rate_decay(from.learning_rate_decay);
    to.set_optimiser(static_cast<proto::Optimiser>(static_cast<int>(from.optimiser) + 1));
    to.set_max_gradient_norm(from.max_gradient_norm);
    to.set_virtual_shards(from.virtual_shards);
}

void put(const OsmdSpec& from, proto::Osmd& to) {
    to.set_aggregation(static_cast<proto::Aggregation>(static_cast<int>(from.aggregation) + 1));
    to.set_draws(from.draws);
    to.set_alpha(from.alpha);
    to.set_eta(from.eta);
    to.set_clip(from.clip);
}

void put(const Schedule& from, proto::Schedule& to) {
    to.set_rounds(from.rounds);
    to.set_rounds_per_segment(from.rounds_per_segment);
    to.set_training_seed(from.training_seed);
}

void put(const AgreementSpec& from, proto::Agreement& to) {
    to.set_fault_share(from.fault_share);
    to.set_error_target(from.error_target);
    to.set_lead(from.lead);
    to.set_growth(static_cast<proto::Growth>(static_cast<int>(from.growth) + 1));
    to.set_min_size(from.min_size);
    to.set_c_num(from.c_num);
    to.set_c_den(from.c_den);
}

void put(const ExecutionProfile& from, proto::ExecutionProfile& to) {
    to.set_engine(from.engine);
    to.set_engine_version(from.engine_version);
    to.set_operator_set(from.operator_set);
    to.set_isa(from.isa);
    to.set_threads(from.threads);
    to.set_block(from.block);
    to.set_probe(raw(from.probe));
}

void put(const JobSpec& from, proto::JobSpec& to) {
    to.set_name(from.name);
    put(from.model, *to.mutable_model());
    put(from.local, *to.mutable_local());
    put(from.osmd, *to.mutable_osmd());
    put(from.schedule, *to.mutable_schedule());
    put(from.agreement, *to.mutable_agreement());
    to.set_min_sellers(from.min_sellers);
    to.set_threshold_bp(from.threshold_bp);
    to.set_validation_root(raw(from.validation_root));
    to.set_test_root(raw(from.test_root));
    put(from.profile, *to.mutable_profile());
}

ModelSpec get(const proto::Model& from) {
    return {.layers = {from.layers().begin(), from.layers().end()},
            .channels = from.channels(),
            .height = from.height(),
            .width = from.width(),
            .classes = from.classes(),
            .init_seed = from.init_seed()};
}

LocalTraining get(const proto::LocalTraining& from, const std::string& name) {
    return {.epochs = from.epochs(),
            .batch = from.batch(),
            .learning_rate = from.learning_rate(),
            .momentum = from.momentum(),
            .weight_decay = from.weight_decay(),
            .learning_rate_decay = from.learning_rate_decay(),
            .optimiser = enumerator_from<OptimiserKind>(from.optimiser(), 3, name, "local.optimiser"),
            .max_gradient_norm = from.max_gradient_norm(),
            .virtual_shards = from.virtual_shards()};
}

OsmdSpec get(const proto::Osmd& from, const std::string& name) {
    return {.aggregation = enumerator_from<Aggregation>(from.aggregation(), 3, name, "osmd.aggregation"),
            .draws = from.draws(),
            .alpha = from.alpha(),
            .eta = from.eta(),
            .clip = from.clip()};
}

Schedule get(const proto::Schedule& from) {
    return {.rounds = from.rounds(), .rounds_per_segment = from.rounds_per_segment(), .training_seed = from.training_seed()};
}

AgreementSpec get(const proto::Agreement& from, const std::string& name) {
    return {.fault_share = from.fault_share(),
            .error_target = from.error_target(),
            .lead = from.lead(),
            .growth = enumerator_from<Growth>(from.growth(), 3, name, "agreement.growth"),
            .min_size = from.min_size(),
            .c_num = from.c_num(),
            .c_den = from.c_den()};
}

ExecutionProfile get(const proto::ExecutionProfile& from, const std::string& name) {
    return {.engine = from.engine(),
            .engine_version = from.engine_version(),
            .operator_set = from.operator_set(),
            .isa = from.isa(),
            .threads = from.threads(),
            .block = from.block(),
            .probe = hash_from(from.probe(), name, "profile.probe")};
}

JobSpec get(const proto::JobSpec& from, const std::string& name) {
    return {.name = from.name(),
            .model = get(from.model()),
            .local = get(from.local(), name),
            .osmd = get(from.osmd(), name),
            .schedule = get(from.schedule()),
            .agreement = get(from.agreement(), name),
            .min_sellers = from.min_sellers(),
            .threshold_bp = from.threshold_bp(),
            .validation_root = hash_from(from.validation_root(), name, "validation_root"),
            .test_root = hash_from(from.test_root(), name, "test_root"),
            .profile = get(from.profile(), name)};
}

/// INVARIANT: a spec that comes from a file passes validate() and has the hash the file states.
void require_sound(const JobSpec& spec, const Hash32& stated, const std::string& name) {
    if (const auto problem = validate(spec)) {
        refuse(name, problem->field + " " + problem->reason, problem->hint);
    }
    if (const Hash32 found = spec_hash(spec); found != stated) {
        refuse(name, "spec hash is " + to_hex(found) + ", the file states " + to_hex(stated));
    }
}

}  // namespace

std::string to_file_bytes(const JobSpec& spec) {
    proto::JobFile file;
    put(spec, *file.mutable_spec());
    file.set_spec_hash(raw(spec_hash(spec)));
    return file.SerializeAsString();
}

JobSpec from_file_bytes(std::string_view bytes, const std::string& name) {
    const google::protobuf::LogSilencer quiet;  // it would print what our exception says
    proto::JobFile file;
    if (bytes.size() > kMostBytes || !file.ParseFromArray(bytes.data(), narrow<int>(bytes.size()))) {
        refuse(name, "is no job file");
    }
    const JobSpec spec = get(file.spec(), name);
    require_sound(spec, hash_from(file.spec_hash(), name, "spec_hash"), name);
    if (to_file_bytes(spec) != bytes) {
        refuse(name, "holds fields that this version does not know", "use the version of CONE that wrote it");
    }
    return spec;
}

void save_job_file(const std::filesystem::path& path, const JobSpec& spec) {
    const std::filesystem::path fresh = path.string() + ".new";
    const std::string bytes = to_file_bytes(spec);
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), narrow<std::streamsize>(bytes.size()));
    out.close();
    std::error_code error;
    if (out) {
        std::filesystem::rename(fresh, path, error);
    }
    if (!out || error) {
        std::error_code ignored;
        std::filesystem::remove(fresh, ignored);
        refuse(path.string(), "cannot be written", "choose a folder you can write to");
    }
}

JobSpec load_job_file(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    std::ifstream in(path, std::ios::binary);
    if (error || !in) {
        refuse(path.string(), "cannot be read", "`cone submit` writes job files");
    }
    if (size > kMostBytes) {
        refuse(path.string(), "has " + std::to_string(size) + " bytes, a job file has at most " + std::to_string(kMostBytes));
    }
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return from_file_bytes(bytes.str(), path.string());
}

}  // namespace cone::job
