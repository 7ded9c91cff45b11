// A whole job in one thread: bridge loop, executors and chain stepped in turn under a clock that only the harness moves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/node/bridge_loop.hpp"
#include "cone/node/executor.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/bent_mailboxes.hpp"
#include "tests/support/fake_votes.hpp"
#include "tests/support/memory_chain.hpp"
#include "tests/support/memory_notebook.hpp"
#include "tests/support/memory_state_store.hpp"
#include "tests/support/scripted_endpoint.hpp"
#include "tests/support/tripwire.hpp"

namespace cone::test {

struct HarnessOptions {
    std::size_t executors = 6;
    std::uint32_t segments = 3;
    std::uint32_t lead = 3;
    std::vector<node::PlannedFault> faults;
    ChainRules rules;
    std::vector<std::size_t> refusing;  ///< executors whose probe fails
    bool own_endpoints = false;         ///< executors look at the chain before they reveal
    std::vector<std::size_t> cut_off;   ///< executors whose own endpoint is down
    std::vector<std::size_t> ignored;   ///< executors whose reveals the bridge does not hear
    std::vector<std::size_t> left_out;  ///< executors whose commitments it does not hear
    bool own_voices = false;            ///< executors bring a vote to the chain that the bridge leaves out
    Millis mail_lag{0};  ///< mail comes out so long after the bridge first asks for it, as under MPI after a pause
    Millis poll{10};     ///< between two looks of the bridge at the chain
};

/// A member's way to the chain past the bridge.
class MemoryVoice final : public node::OwnVoice {
public:
    explicit MemoryVoice(MemoryChain& chain) : chain_(chain) {}
    void cast(const node::CastVotes& vote) override { chain_.submit_by_another(vote); }
    void commit(const node::CommitDirect& commitment) override { chain_.commit_by_another(commitment); }

private:
    MemoryChain& chain_;
};

class JobHarness {
public:
    explicit JobHarness(HarnessOptions options);

    /// Steps everybody until the bridge is done or `turns` have passed. `before_turn` may interfere.
    node::BridgeOutcome run(const std::function<void(JobHarness&)>& before_turn = {}, int turns = 5000);

    /// Everything dies that a process holds: bridge, executors, their mail. Chain, states and notebooks stay, and all are started
    /// again. `pending_survive`: what the bridge had sent is mined all the same.
    void restart(bool pending_survive);
    /// Kills the whole run (throws Killed) in the middle of `run`.
    Tripwire& tripwire() { return wire_; }
    /// Pages of the bridge's notebook (0) and of each executor's (1 and up).
    std::vector<Bytes>& pages(std::size_t whose) { return pages_[whose]; }

    MemoryChain& chain() { return chain_; }
    MemoryStateStore& store() { return store_; }
    comm::ThreadWorld& world() { return *world_; }
    node::BridgeLoop& bridge() { return *bridge_; }
    comm::Mailbox& mailbox_of(std::size_t executor) { return *executors_[executor].mailbox; }
    /// Executors go on for so long, and the bridge does not.
    void run_executors_alone(Millis span);
    void interrupt() { interrupted_ = true; }
    /// The executor is not stepped again; `dead` also tells its peers.
    void stop_stepping(std::size_t executor, bool dead);
    [[nodiscard]] std::optional<node::ExecutorEnd> end_of(std::size_t executor) const {
        return executors_[executor].leader->end();
    }
    [[nodiscard]] bool done() const { return bridge_->done(); }
    /// Number of the executor at a position of a segment's set.
    [[nodiscard]] std::size_t executor_at(SegmentIndex segment, const Hash32& previous_digest, std::uint32_t position) const;
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

private:
    struct Stopped {
        bool dead;
    };
    struct Executor {
        std::unique_ptr<comm::Mailbox> mailbox;
        std::unique_ptr<FakeSigner> signer;
        std::unique_ptr<ScriptedEndpoint> endpoint;
        std::unique_ptr<node::ExecutorPorts> ports;
        std::unique_ptr<node::ExecutorLeader> leader;
        bool stepping = true;
    };
    void start();
    void add_executor(std::size_t number);
    [[nodiscard]] std::unique_ptr<comm::Mailbox> mailbox(int rank);
    [[nodiscard]] std::unique_ptr<node::Notebook> notebook(std::size_t whose);
    [[nodiscard]] std::unique_ptr<ScriptedEndpoint> endpoint_of(std::size_t number);
    void step_executor(std::size_t number);

    HarnessOptions options_;
    ManualClock clock_;
    FakeVerifier verifier_;
    MemoryChain chain_;
    MemoryStateStore store_;
    MemoryVoice voice_{chain_};
    std::map<std::size_t, std::vector<Bytes>> pages_;
    Tripwire wire_;
    TrippedChain tripped_chain_{chain_, wire_};
    TrippedStore tripped_store_{store_, wire_};
    std::shared_ptr<comm::ThreadWorld> world_;
    std::unique_ptr<comm::Mailbox> bridge_mailbox_;
    std::unique_ptr<node::Notebook> bridge_notebook_;
    comm::SoloCommunicator solo_;
    node::ExecutorOptions executor_options_;
    std::vector<Executor> executors_;
    std::atomic<bool> interrupted_ = false;
    std::vector<std::string> lines_;
    std::unique_ptr<node::BridgePorts> bridge_ports_;
    node::BridgeOptions bridge_options_;
    std::unique_ptr<node::BridgeLoop> bridge_;
};

}  // namespace cone::test
