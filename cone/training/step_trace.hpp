// One local step executed again on the reference engine, with the digest of every operator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/model/trainer.hpp"
#include "cone/trace/operators.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::training {

/// A local training between two steps: everything that the next one depends on beside its batch.
struct LocalState {
    std::vector<float> weights;
    std::vector<float> first;  ///< moments of the optimiser (kernels/optimiser.hpp)
    std::vector<float> second;
    std::uint32_t steps = 0;  ///< done
    bool operator==(const LocalState&) const = default;
};

/// What a job fixes for one seller's local training.
struct LocalTask {
    const model::Network& network;
    std::uint32_t block = 1024;  ///< of the profile
    const data::Shard& shard;
    model::LocalRun run;
};

/// From `weights` through `steps` steps. The engine gives gradients only, any exact one the same; the optimiser's state is kept
/// here. Throws DataError naming the step that is not finite.
[[nodiscard]] LocalState state_after(kernels::Engine& engine, const LocalTask& task, std::span<const float> weights,
                                     std::uint32_t steps);

struct TracedStep {
    std::vector<trace::OperatorRecord> operators;
    LocalState after;
    bool finite = true;  ///< false: a gradient is not, then the optimiser did nothing; or the weights after it are not
};

/// Step `before.steps`, which the task has.
[[nodiscard]] TracedStep trace_step(const LocalTask& task, LocalState before);

}  // namespace cone::training
