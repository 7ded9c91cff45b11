// What every operator of one local step left behind: the last thing two executions are compared by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::trace {

/// What was computed, in the order of a step: all forward passes of a virtual shard, its loss, backward layer by layer, then
/// the next shard; after the last one the exact sum of the shards (only when there are several) and the optimiser.
enum class OperatorPass : std::uint8_t {
    Forward,
    LossGradient,
    WeightGradient,
    BiasGradient,
    DataGradient,   ///< of the tensor the layer reads, as added up so far
    OtherGradient,  ///< of the second tensor that `add` reads
    ShardSum,
    FirstMoment,  ///< optimiser state after the step
    SecondMoment,
    Weights,
};

[[nodiscard]] const char* name_of(OperatorPass pass);

struct OperatorRecord {
    std::uint32_t shard = 0;  ///< virtual shard; 0 for what follows the last one
    std::uint32_t layer = 0;  ///< line of model.layers; their number for the loss and what follows
    std::string word;         ///< "conv", "relu", ..., "cross_entropy", "sum", "optimiser"
    OperatorPass pass = OperatorPass::Forward;
    Hash32 digest;  ///< bytes root of the values, float32 little-endian, every NaN as 0x7fc00000
    bool operator==(const OperatorRecord&) const = default;
};

/// A local step of a job; `round` counts from the job's start, all from 0.
struct StepName {
    std::uint32_t segment = 0;
    std::uint32_t round = 0;
    std::uint32_t seller = 0;
    std::uint32_t step = 0;
    bool operator==(const StepName&) const = default;
};

/// "SEGMENT.ROUND.SELLER.STEP", back and forth. Throws ConfigError on anything else.
[[nodiscard]] StepName parse_step_name(const std::string& text);
[[nodiscard]] std::string text_of(const StepName& name);

struct StepTrace {
    Hash32 job_hash;
    StepName name;
    Hash32 state_before;  ///< state root of the weights the step started from
    Hash32 state_after;   ///< zero when the gradient or the weights after the step are not finite
    std::vector<OperatorRecord> operators;
    bool operator==(const StepTrace&) const = default;
};

/// The first operator that two executions of a step disagree on.
struct OperatorDifference {
    std::size_t position = 0;              ///< among the records
    std::optional<OperatorRecord> first;   ///< nothing: that side ended before
    std::optional<OperatorRecord> second;  ///< likewise
};

[[nodiscard]] std::optional<OperatorDifference> first_difference(std::span<const OperatorRecord> first,
                                                                 std::span<const OperatorRecord> second);

}  // namespace cone::trace
