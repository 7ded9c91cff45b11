// The bridge's loop: a thin shell that carries mail, chain events and time to the coordinator and its actions back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/base/errors.hpp"
#include "cone/comm/mailbox.hpp"
#include "cone/node/coordinator.hpp"
#include "cone/node/notebook.hpp"

namespace cone::node {

struct BridgePorts {
    comm::Mailbox& mailbox;
    Chain& chain;
    const Clock& clock;
    const VoteVerifier& verifier;
    std::vector<int> leaders;                          ///< world rank of each executor's leader, by executor number
    const std::atomic<bool>* interrupted = nullptr;    ///< set by a signal handler; may be null
    std::function<void(const std::string&)> progress;  ///< a line for people; may be empty
    Notebook* notebook = nullptr;                      ///< of earlier lives and this one; null: a restart knows only the chain
};

struct BridgeOptions {
    CoordinatorOptions coordinator;
    Millis poll{100};              ///< between two looks at the chain
    Millis job_timeout{3600000};   ///< of the whole job
    Millis goodbye_timeout{5000};  ///< how long executors may take to leave at the end
};

struct BridgeOutcome {
    ExitCode code = ExitCode::Ok;
    std::string reason;  ///< why the code is not Ok
    CoordinatorState state;
    std::vector<TransactionCost> costs;
    std::set<std::size_t> unheard;  ///< executors that did not say goodbye: dead or frozen
    bool all_alive = false;         ///< every rank is there to call MPI_Finalize
};

/// One turn a `step`, so that tests drive whole jobs in one thread.
class BridgeLoop {
public:
    /// Reads the chain's terms and the notebook. Throws RpcError, or what the notebook throws, when it cannot.
    BridgeLoop(const BridgePorts& ports, const BridgeOptions& options);

    /// Whether there was something to do. Never throws: a chain that is gone ends the run.
    bool step();
    [[nodiscard]] bool done() const { return stage_ == Stage::Done; }
    [[nodiscard]] const CoordinatorState& state() const { return coordinator_.state(); }
    [[nodiscard]] BridgeOutcome outcome() const;

private:
    enum class Stage { Starting, Running, Leaving, Done };

    void perform(const Actions& actions);
    void keep(const Note& note);
    bool carry_mail();
    bool listen();
    void look_at_peers();
    void look_at_chain();
    void begin_when_past_is_known();
    void end_when_over();
    void leave(ExitCode code, const std::string& reason);
    void give_up(ExitCode code, const std::string& reason);

    const BridgePorts& ports_;
    const BridgeOptions& options_;
    Coordinator coordinator_;
    Stage stage_ = Stage::Starting;
    Deadline job_deadline_;
    Deadline next_poll_{};
    Millis heard_until_{};  // deadlines are judged at this time, never later
    Deadline catch_up_{};
    Deadline goodbye_deadline_;
    std::set<std::size_t> unheard_;
    std::set<std::size_t> reported_lost_;
    ExitCode code_ = ExitCode::Ok;
    std::string reason_;
    bool all_alive_ = false;
};

/// Steps until the job is over. Never throws after the terms are read.
[[nodiscard]] BridgeOutcome run_bridge(const BridgePorts& ports, const BridgeOptions& options);

/// Settled and Unmet are results; Void is the chain's refusal; Failed may be tried again.
[[nodiscard]] ExitCode exit_code_of(RunStatus status);

}  // namespace cone::node
