// What tests of whole jobs ask for and expect.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/job_harness.hpp"

namespace cone::node {

using test::HarnessOptions;
using test::JobHarness;

inline HarnessOptions with_faults(std::vector<PlannedFault> faults) {
    HarnessOptions options;
    options.faults = std::move(faults);
    return options;
}

/// The digest an honest run of the alphabet job ends with.
inline Hash32 honest_verdict(std::uint32_t segments = 3) {
    HarnessOptions options;
    options.segments = segments;
    JobHarness job(options);
    (void)job.run();
    return job.chain().verdict(SegmentIndex(segments - 1)).value();
}

inline void expect_settled_right(JobHarness& job, const BridgeOutcome& outcome) {
    EXPECT_EQ(outcome.state.status, RunStatus::Settled) << outcome.reason;
    EXPECT_EQ(outcome.code, ExitCode::Ok);
    EXPECT_EQ(job.chain().state(), test::MemoryChain::State::Settled);
    EXPECT_EQ(job.chain().verdict(SegmentIndex(2)), honest_verdict());
}

}  // namespace cone::node
