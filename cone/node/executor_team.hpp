// The part of an executor that all ranks of its team do together: set up the job, find the agreed state, run a segment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "cone/node/executor.hpp"

namespace cone::node {

/// Collective: every rank of the team holds one and calls the same functions in the same order.
class TeamRunner {
public:
    TeamRunner(const ExecutorPorts& ports) : ports_(ports) {}

    /// Checks the job and builds the engine on every rank. The first rank's reason when one of them cannot take part.
    [[nodiscard]] std::optional<std::string> set_up(const Welcome& welcome);

    using OnRound = std::function<void(const training::RoundTrace&)>;
    struct Outcome {
        std::optional<training::SegmentResult> result;
        std::string reason;  ///< why there is no result
    };
    /// Runs the segment from the state its order names. `on_round` may throw to leave it.
    [[nodiscard]] Outcome run(const RunSegment& order, const OnRound& on_round);

    /// Keeps the state of `digest` and drops those of other digests of that segment and before.
    void forget_all_but(SegmentIndex segment, const Hash32& digest);

    [[nodiscard]] const Welcome& welcome() const { return welcome_; }
    [[nodiscard]] std::uint32_t rounds_per_segment() const { return rounds_per_segment_; }

private:
    struct Held {
        SegmentIndex segment;
        training::TrainingState state;
    };

    [[nodiscard]] std::string build(const Welcome& welcome);
    [[nodiscard]] std::string find_state(const RunSegment& order, training::TrainingState& state);
    [[nodiscard]] std::string first_reason(const std::string& mine);

    const ExecutorPorts& ports_;
    Welcome welcome_;
    std::uint32_t rounds_per_segment_ = 0;
    std::unique_ptr<training::SegmentEngine> engine_;
    std::map<Hash32, Held> held_;
};

}  // namespace cone::node
