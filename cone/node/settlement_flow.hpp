// From accepted to paid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/segment_flow.hpp"

namespace cone::node {

/// Finalises the next accepted segment whose challenge window is over; settles when all are final.
void watch_finality(Step& step);
/// Ends a job whose pool is exhausted once the segment before is final.
void watch_exhaustion(Step& step);
/// Has the next executors paid while some are not.
void watch_payroll(Step& step);
void on_event(Step& step, const CreditAdded& event);
void on_event(Step& step, const JobSettled& event);
void on_event(Step& step, const SegmentFinal& event);
void on_refusal(Step& step, const ActionRefused& event);

}  // namespace cone::node
