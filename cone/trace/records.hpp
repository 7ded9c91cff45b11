// What training leaves behind: the state between segments, and the roots of every round.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::trace {

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
    std::uint32_t metric_bp = 0;       ///< accuracy on the test shard
    double utility = 0;                ///< U: minus mean validation loss after the round
    std::vector<std::uint32_t> draws;  ///< the K picked sellers, in draw order
    /// What the update of each distinct picked seller, ascending, was worth by itself: U(w + D) - U(w) with D as it would be added;
    /// minus infinity for one that is left out as not finite. FedAvg asks for none: all minus infinity.
    std::vector<double> gains;
    std::vector<std::uint32_t> passed;    ///< distinct sellers whose update passed the gate, ascending
    std::vector<double> distribution;     ///< p after the round
    std::vector<std::uint32_t> accesses;  ///< cumulative, after the round
    bool operator==(const RoundTrace&) const = default;
};

}  // namespace cone::trace
