// The executor: joins a job, runs the segments it is asked for, commits, and reveals only what the chain has bound.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/comm/communicator.hpp"
#include "cone/comm/mailbox.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/faults.hpp"
#include "cone/node/messages.hpp"
#include "cone/node/notebook.hpp"
#include "cone/node/own_endpoint.hpp"
#include "cone/node/own_vote.hpp"
#include "cone/node/state_store.hpp"
#include "cone/training/segment.hpp"

namespace cone::node {

/// Checks the job's profile with the known-answer probe and builds the engine. Called on every rank of the team at the same
/// time; not collective. Throws Error with the reason when this machine cannot honour the profile or lacks the data.
using EngineFactory = std::function<std::unique_ptr<training::SegmentEngine>(const Welcome&)>;

/// The leader's notebook for this job. Throws Error when it cannot be read.
using NotebookFactory = std::function<std::unique_ptr<Notebook>(const Welcome&)>;

struct ExecutorOptions {
    Millis heartbeat{2000};        ///< an idle leader calls its team-mates this often
    Millis reveal_timeout{20000};  ///< how long the bridge waits for a reveal: what a planted `late` exceeds
    Millis root_patience{10000};   ///< how long the own endpoint may take to show a root that the bridge says is in a block
    Deadline give_up{};            ///< leaves by itself after this moment
    std::vector<PlannedFault> faults;
    std::function<void(int signal)> raise_signal;  ///< what a planted crash or freeze does to itself; empty: std::raise
};

/// What one rank of a team works with. `mailbox`, `signer` and `endpoint` are used by the leader (team rank 0) only and null
/// elsewhere.
struct ExecutorPorts {
    comm::Communicator& team;
    comm::Mailbox* mailbox = nullptr;
    const VoteSigner* signer = nullptr;
    StateStore& store;
    const Clock& clock;
    EngineFactory make_engine;
    OwnEndpoint* endpoint = nullptr;  ///< null: the bridge is believed when it says that a root is in a block
    OwnVoice* voice = nullptr;        ///< null: a vote that the bridge leaves out stays out
    NotebookFactory open_notebook{};  ///< the leader's; empty: votes are forgotten when the process ends
};

enum class ExecutorEnd {
    Stopped,     ///< told to stop: the job is over and all ranks are alive
    Abandoned,   ///< told to stop, but some rank is dead or frozen: leave without MPI_Finalize
    TeamLost,    ///< a team-mate died or missed a deadline
    BridgeLost,  ///< the bridge is dead or was silent until `give_up`
};

inline constexpr int kBridgeRank = 0;

/// The leader's side, one turn at a time: reads mail, obeys at most one order, sends what is due. Never waits in a team of one,
/// so tests drive whole jobs in one thread.
class ExecutorLeader {
public:
    ExecutorLeader(const ExecutorPorts& ports, const ExecutorOptions& options);
    ~ExecutorLeader();
    /// Whether there was something to do. Throws CommError when the team is lost.
    bool step();
    [[nodiscard]] std::optional<ExecutorEnd> end() const;

private:
    class Turn;
    std::unique_ptr<Turn> turn_;
};

/// Runs one rank of an executor until the job is over. Collective over the team. Throws only on faults of our own making.
[[nodiscard]] ExecutorEnd run_executor(const ExecutorPorts& ports, const ExecutorOptions& options);

}  // namespace cone::node
