// From a job's data to the trace of one of its local steps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "cone/trace/operators.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/segment.hpp"

namespace cone::training {

/// Executes the job's segments up to and with the step's, alone, then its seller's local training up to the step, then the
/// step on the reference engine. `on_round` (may be empty) as SegmentEngine::run. Throws ConfigError naming what would do when
/// the job has no such segment, round, seller or step, when the round did not pick the seller, or when the job's engine is not
/// "exact"; DataError when the training stops before the step.
[[nodiscard]] trace::StepTrace replay_step(const JobContext& context, std::shared_ptr<const JobData> data,
                                           const trace::StepName& name,
                                           const std::function<void(const RoundTrace&)>& on_round = {});

}  // namespace cone::training
