// The job spec: everything that decides the bits of a training job, and nothing else.
// Its canonical bytes are the fields in the order declared here (docs/protocol.md 2.6); its hash is on chain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::job {

/// How the picked updates become one (protocol 3; baselines of every table beside C-OSMD).
enum class Aggregation : std::uint8_t { COsmd = 0, OsmdDm = 1, FedAvg = 2 };

/// How an execution set grows (docs/protocol.md 2.3).
enum class Growth : std::uint8_t { Doubling = 0, D2m = 1, Lead = 2 };

/// The rule that turns gradients into steps (kernels/optimiser.hpp).
enum class OptimiserKind : std::uint8_t { Sgd = 0, Adam = 1, AdamW = 2 };

struct ModelSpec {
    std::vector<std::string> layers;  ///< one line a layer, in the grammar of cone/model/layer_text.hpp; the last gives classes
    std::uint32_t channels = 1;       ///< input (channels, height, width)
    std::uint32_t height = 28;
    std::uint32_t width = 28;
    std::uint32_t classes = 10;
    std::uint64_t init_seed = 0;
    auto operator<=>(const ModelSpec&) const = default;
};

struct LocalTraining {
    std::uint32_t epochs = 1;
    std::uint32_t batch = 32;
    double learning_rate = 0.05;
    double momentum = 0.9;  ///< of sgd
    double weight_decay = 0.0;
    double learning_rate_decay = 1.0;  ///< factor applied after each round
    OptimiserKind optimiser = OptimiserKind::Sgd;
    double max_gradient_norm = 0.0;  ///< gradients are clipped to it; 0: never
    std::uint32_t virtual_shards =
        1;  ///< V: units a batch is cut into; their gradients are summed exactly (docs/protocol.md 4)
    auto operator<=>(const LocalTraining&) const = default;
};

/// C-OSMD's parameters (d2m.md 3.4): floor alpha, step eta, clip B, draws K.
struct OsmdSpec {
    Aggregation aggregation = Aggregation::COsmd;
    std::uint32_t draws = 4;
    double alpha = 0.01;
    double eta = 1.0;
    double clip = 2.0;
    auto operator<=>(const OsmdSpec&) const = default;
};

struct Schedule {
    std::uint32_t rounds = 6;
    std::uint32_t rounds_per_segment = 2;
    std::uint64_t training_seed = 0;  ///< seller draws and shuffling
    [[nodiscard]] std::uint32_t segments() const { return rounds / rounds_per_segment; }
    auto operator<=>(const Schedule&) const = default;
};

/// The stopping rule and growth of execution sets (docs/protocol.md 2.3).
struct AgreementSpec {
    double fault_share = 0.25;   ///< f, in (0, 1/2)
    double error_target = 0.05;  ///< beta, in (0, 1/2)
    std::uint32_t lead = 3;      ///< L; at least the formula's value
    Growth growth = Growth::Doubling;
    std::uint32_t min_size = 3;  ///< minSize, and base of `d2m`
    std::uint32_t c_num = 1;     ///< c of `lead` = c_num / c_den >= 1
    std::uint32_t c_den = 1;
    auto operator<=>(const AgreementSpec&) const = default;
};

/// What must match for bits to match: checked by the probe, not by a version string (protocol 4.4).
struct ExecutionProfile {
    std::string engine;          ///< "exact" or "libtorch"
    std::string engine_version;  ///< "1"; of libtorch "2.11.0"
    std::string operator_set;    ///< "exact/1" or "libtorch/1": which operators, in which order
    std::string isa;             ///< instruction-set class pinned for the engine: "avx2"; exact: "any"
    std::uint32_t threads = 1;
    std::uint32_t block = 1024;  ///< values per shared exponent of the exact sum
    Hash32 probe;                ///< digest of the known-answer training step
    auto operator<=>(const ExecutionProfile&) const = default;
};

struct JobSpec {
    std::string name;
    ModelSpec model;
    LocalTraining local;
    OsmdSpec osmd;
    Schedule schedule;
    AgreementSpec agreement;
    std::uint32_t min_sellers = 1;
    std::uint32_t threshold_bp = 0;  ///< tau on the metric, in basis points
    Hash32 validation_root;          ///< shard the utility U is measured on
    Hash32 test_root;                ///< shard the metric M (accuracy) is measured on
    ExecutionProfile profile;
    auto operator<=>(const JobSpec&) const = default;
};

/// The first field that cannot be used: "agreement.lead", why, and what would do.
struct SpecProblem {
    std::string field;
    std::string reason;
    std::string hint;
};
[[nodiscard]] std::optional<SpecProblem> validate(const JobSpec& spec);

[[nodiscard]] Bytes canonical_bytes(const JobSpec& spec);
/// Reads canonical bytes back. Throws DataError on anything malformed; the result is not yet validated.
[[nodiscard]] JobSpec spec_from_canonical(ByteSpan bytes);
[[nodiscard]] Hash32 spec_hash(const JobSpec& spec);

}  // namespace cone::job
