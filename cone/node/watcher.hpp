// Follows one job's verdicts: executes each segment twice, compares, and challenges what is wrong and safe to challenge. The chain, the
// executions and the clock are ports, so that every way to go wrong can be played.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cone/node/decision_log.hpp"
#include "cone/node/self_check.hpp"

namespace cone::node {

/// What the watcher knows of the job from the start.
struct WatchedJob {
    JobId job;
    Hash32 spec_hash;
    Hash32 job_hash;
    Hash32 data_hash;
    std::uint32_t segments = 0;
};

struct WatchPorts {
    /// Executes a segment on top of what the same track (0 or 1) gave for the one before. Never throws: see `failure`.
    std::function<ExecutionReport(std::size_t track, SegmentIndex, const Hash32& previous)> execute;
    /// The first endpoint's newest record of a segment. Never throws: see `failure`.
    std::function<EndpointReport(SegmentIndex)> look;
    /// Both endpoints at one block that both have. Never throws.
    std::function<std::array<EndpointReport, 2>(SegmentIndex)> look_twice;
    /// Sends the challenge and returns the transaction's hash; throws ChainError when it was refused.
    std::function<std::string(SegmentIndex, Wei bond)> challenge;
    /// Keeps a line for good. Throws EnvironmentError: nothing is challenged then.
    std::function<void(const std::string& line)> record;
    std::function<void(const std::string& line)> say;  ///< for people
    std::function<std::uint64_t()> unix_time;
};

/// What is known at the end.
struct WatchOutcome {
    std::uint32_t agreed = 0;                             ///< segments whose last verdict is what we executed
    std::uint32_t challenged = 0;                         ///< challenges sent
    std::optional<std::pair<SegmentIndex, Reason>> open;  ///< the first that we did not agree with, and why nothing follows
};

class Watcher {
public:
    /// `ports` must be complete; `may_act` false: decides and records, sends nothing.
    Watcher(WatchedJob job, WatchPorts ports, bool may_act);

    /// One look at the chain and what follows from it: at most one segment is executed. False: nothing was to do. Throws what
    /// `record` throws.
    bool step();
    /// The job is over, and every segment it has a verdict for was looked at.
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] WatchOutcome outcome() const;

private:
    struct Executed {
        Hash32 previous;
        std::array<ExecutionReport, 2> runs;
    };

    [[nodiscard]] Hash32 previous_of(std::uint32_t segment) const;
    [[nodiscard]] bool is_executed(std::uint32_t segment) const;
    bool step_back(std::uint32_t shown, const VerdictRecord& record);
    void execute(std::uint32_t segment);
    [[nodiscard]] SelfCheck check_of(std::uint32_t segment);
    bool judge(std::uint32_t segment);
    void tell(const SelfCheck& check, const Decision& decision);
    void act(const SelfCheck& check);

    WatchedJob job_;
    WatchPorts ports_;
    bool may_act_ = false;
    bool done_ = false;
    std::uint32_t current_ = 0;  ///< segments before it agree
    std::vector<std::optional<Executed>> executed_;
    /// A decision is recorded when it changes, not at every look.
    std::optional<std::pair<std::uint32_t, Decision>> told_;
    std::string trouble_;                                  ///< of the first endpoint, told once
    std::set<std::pair<std::uint32_t, Hash32>> disputed_;  ///< what our challenges were sent against
    std::uint64_t tried_at_ = 0;                           ///< newest block at the last challenge: one try a block
};

}  // namespace cone::node
