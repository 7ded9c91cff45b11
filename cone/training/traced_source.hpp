// An update source that leaves the operator trace of one local step behind while a segment is executed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "cone/trace/operators.hpp"
#include "cone/training/engine.hpp"

namespace cone::training {

using OnStepTrace = std::function<void(const trace::StepTrace&)>;

/// For TrainingEngine: custodial updates; when the round of `name` trains its seller, `on_trace` gets the step's trace first (of
/// every attempt at the segment). Updates are what they are without it. The factory throws as require_step; `context` is copied.
[[nodiscard]] TrainingEngine::MakeSource with_step_trace(const JobContext& context, const trace::StepName& name,
                                                         OnStepTrace on_trace);

}  // namespace cone::training
