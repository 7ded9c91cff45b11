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

namespace cone::training {

/// All that passes from one segment to the next. Two executors with the same digest hold the same bytes.
struct TrainingState {
    Bytes weights;                        ///< canonical bytes of the model, document "cone.weights/1"
    std::vector<double> distribution;     ///< p, one entry a seller
    std::vector<std::uint32_t> accesses;  ///< cumulative accesses, one entry a seller
    std::uint32_t rounds_done = 0;
    bool operator==(const TrainingState&) const = default;
};

/// What one round left behind: enough to show a third party where two runs part (protocol 4, trace).
struct RoundTrace {
    std::uint32_t round = 0;
    Hash32 state_root;  ///< weights after the round
    Hash32 osmd_root;
    std::uint32_t metric_bp = 0;          ///< accuracy on the test shard
    double utility = 0;                   ///< U: minus mean validation loss after the round
    std::vector<std::uint32_t> draws;     ///< the K picked sellers, in draw order
    std::vector<std::uint32_t> passed;    ///< distinct sellers whose update passed the gate, ascending
    std::vector<double> distribution;     ///< p after the round
    std::vector<std::uint32_t> accesses;  ///< cumulative, after the round
    bool operator==(const RoundTrace&) const = default;
};

struct SegmentTask {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 previous_digest;
    Hash32 attempt_seed;  ///< chooses the witness steps
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
