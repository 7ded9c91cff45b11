// From accepted to paid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/segment_flow.hpp"

namespace cone::node {

/// Finalises the next accepted segment whose challenge window is over; settles when all are final.
void watch_finality(Step& step);
void on_event(Step& step, const SegmentFinal& event);
void on_refusal(Step& step, const ActionRefused& event);

}  // namespace cone::node
