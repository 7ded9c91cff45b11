// From a job's data to the trace of one of its local steps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "cone/trace/operators.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/segment.hpp"

namespace cone::training {

/// Throws ConfigError naming what would do when the job has no such segment, round, seller or step, or when its engine is not
/// "exact". Whether the round picks the seller is known only when it has been executed.
void require_step(const JobContext& context, const JobData& data, const trace::StepName& name);

/// The step's trace, given the weights that its round started from: the seller's local training up to the step, then the step on
/// the reference engine. Throws DataError when the training stops before the step.
[[nodiscard]] trace::StepTrace trace_of(const JobContext& context, const JobData& data, const trace::StepName& name,
                                        std::span<const float> weights);

/// Executes the job's segments up to and with the step's, alone, and then trace_of. `on_round` (may be empty) as
/// SegmentEngine::run. Throws as require_step and trace_of, and ConfigError when the round did not pick the seller.
[[nodiscard]] trace::StepTrace replay_step(const JobContext& context, std::shared_ptr<const JobData> data,
                                           const trace::StepName& name,
                                           const std::function<void(const RoundTrace&)>& on_round = {});

}  // namespace cone::training
