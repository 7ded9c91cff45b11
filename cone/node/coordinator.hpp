// The bridge's reasoning as a pure state machine: messages, chain events and time in, actions out. No clock, no MPI, no socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cone/node/chain.hpp"
#include "cone/node/coordinator_state.hpp"
#include "cone/node/messages.hpp"

namespace cone::node {

/// Sends a message to an executor of this run.
struct Tell {
    std::size_t executor = 0;
    ToExecutor message;
};
struct Submit {
    ChainAction action;
};
/// A line for people.
struct Say {
    std::string line;
};
/// Writes a note down before the actions behind it are done.
struct Keep {
    Note note;
};
using Action = std::variant<Tell, Submit, Say, Keep>;
using Actions = std::vector<Action>;

/// Runs one job: draws the sets, collects commitments and reveals, posts them, and follows the chain's verdicts. The chain
/// decides; the coordinator's own count only lets the next segment start before the verdict is in a block, and a verdict that
/// contradicts it ends the run with an alarm. Deadlines of members cost the member its vote, never the job.
class Coordinator {
public:
    /// `verifier` must outlive the coordinator. `notes`: what its `Keep` actions left in earlier lives. Events handed over before
    /// the executors have joined are the job's past: the run goes on from where they end (resume.hpp).
    Coordinator(JobTerms terms, CoordinatorOptions options, const VoteVerifier& verifier, std::vector<Note> notes = {});

    [[nodiscard]] Actions start(Millis now);
    [[nodiscard]] Actions on_message(Millis now, std::size_t executor, const ToBridge& message);
    [[nodiscard]] Actions on_lost(Millis now, std::size_t executor, const std::string& reason);
    [[nodiscard]] Actions on_chain(Millis now, const ChainEvent& event);
    /// Block windows; `head` is the newest block seen.
    [[nodiscard]] Actions on_head(Millis now, std::uint64_t head);
    /// Deadlines of executors. All that they sent until `now` has been handed to on_message.
    [[nodiscard]] Actions on_time(Millis now);
    /// Ends the run as failed, unless it is over.
    [[nodiscard]] Actions abort(Millis now, const std::string& reason);

    [[nodiscard]] bool over() const { return state_.status != RunStatus::Joining && state_.status != RunStatus::Running; }
    [[nodiscard]] const CoordinatorState& state() const { return state_; }

private:
    CoordinatorState state_;
    const VoteVerifier& verifier_;
};

}  // namespace cone::node
