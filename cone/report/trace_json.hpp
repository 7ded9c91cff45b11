// A round's trace as JSON; result.json and receipt.json share it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/report/json_io.hpp"
#include "cone/training/segment.hpp"

namespace cone::report {

template <class Io>
void fields(Io& io, typename Io::template Ref<training::RoundTrace> trace) {
    io("round", trace.round);
    io("state_root", trace.state_root);
    io("osmd_root", trace.osmd_root);
    io("metric_bp", trace.metric_bp);
    io("utility", trace.utility);
    io("draws", trace.draws);
    io("gains", trace.gains);
    io("passed", trace.passed);
    io("distribution", trace.distribution);
    io("accesses", trace.accesses);
}

}  // namespace cone::report
