// A segment as a function: (job, state, task) -> (state, digest, witness, trace). The unit that is voted on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cone/comm/communicator.hpp"
#include "cone/hash/records.hpp"
#include "cone/trace/records.hpp"

namespace cone::training {

using trace::RoundTrace;
using trace::TrainingState;

struct SegmentTask {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 previous_digest;
    Hash32 attempt_seed;  ///< makes the witness this attempt's; changes nothing else
};

struct SegmentResult {
    hash::DigestOpening opening;
    Hash32 digest;
    Hash32 witness;
    TrainingState state;
    std::vector<RoundTrace> trace;
    double training_seconds = 0;  ///< wall time spent in local training and evaluation
    double digest_seconds = 0;    ///< wall time spent hashing
};

/// The port between the executor loop and what it executes (the trainer; in tests the alphabet job).
/// Collective over the team's communicator: every rank calls with the same arguments and gets the same result.
class SegmentEngine {
public:
    virtual ~SegmentEngine() = default;
    [[nodiscard]] virtual TrainingState initial_state() = 0;
    /// `on_round` (may be empty) is called after each round on every rank, for progress and heartbeats.
    [[nodiscard]] virtual SegmentResult run(const SegmentTask& task, const TrainingState& from, comm::Communicator& team,
                                            const std::function<void(const RoundTrace&)>& on_round) = 0;
};

}  // namespace cone::training
