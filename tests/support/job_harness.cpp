// Steps a whole job in one thread.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/job_harness.hpp"

#include <algorithm>

#include "cone/node/rules.hpp"

namespace cone::test {
namespace {

constexpr Millis kTurn{10};
constexpr Millis kSegmentTimeout{500};
constexpr Millis kRevealTimeout{200};

}  // namespace

JobHarness::JobHarness(HarnessOptions options)
    : options_(std::move(options)),
      chain_(alphabet_terms(options_.executors, options_.segments, options_.lead), options_.rules, verifier_) {
    executor_options_.reveal_timeout = kRevealTimeout;
    executor_options_.root_patience = kRevealTimeout / 2;
    executor_options_.give_up = Deadline::in(clock_, Millis{1000000});
    executor_options_.faults = options_.faults;
    executor_options_.raise_signal = [](int signal) { throw Stopped{signal == SIGKILL}; };
    bridge_options_.coordinator = {options_.executors, job::canonical_bytes(alphabet_spec(options_.segments)), Millis{1000},
                                   kSegmentTimeout, kRevealTimeout};
    bridge_options_.poll = options_.poll;
    bridge_options_.job_timeout = Millis{40000};
    bridge_options_.goodbye_timeout = Millis{100};
    start();
}

void JobHarness::start() {
    world_ = comm::ThreadWorld::create(static_cast<int>(options_.executors) + 1, Millis{1000});
    bridge_mailbox_ = std::make_unique<LaggingMailbox>(
        std::make_unique<DeafMailbox>(mailbox(node::kBridgeRank), options_.ignored, options_.left_out), clock_,
        options_.mail_lag);
    bridge_notebook_ = notebook(0);
    bridge_ports_ =
        std::make_unique<node::BridgePorts>(node::BridgePorts{*bridge_mailbox_,
                                                              tripped_chain_,
                                                              clock_,
                                                              verifier_,
                                                              {},
                                                              &interrupted_,
                                                              [this](const std::string& line) { lines_.push_back(line); },
                                                              bridge_notebook_.get()});
    for (std::size_t number = 0; number < options_.executors; ++number) {
        bridge_ports_->leaders.push_back(static_cast<int>(number) + 1);
        add_executor(number);
    }
    bridge_ = std::make_unique<node::BridgeLoop>(*bridge_ports_, bridge_options_);
}

void JobHarness::restart(bool pending_survive) {
    bridge_.reset();
    executors_.clear();
    chain_.restart_node(pending_survive);
    start();
}

std::unique_ptr<comm::Mailbox> JobHarness::mailbox(int rank) {
    return std::make_unique<TrippedMailbox>(world_->mailbox(rank), wire_);
}

std::unique_ptr<node::Notebook> JobHarness::notebook(std::size_t whose) {
    return std::make_unique<TrippedNotebook>(std::make_unique<MemoryNotebook>(pages_[whose]), wire_);
}

void JobHarness::add_executor(std::size_t number) {
    Executor executor;
    executor.mailbox = mailbox(static_cast<int>(number) + 1);
    executor.signer = std::make_unique<FakeSigner>(address_of(number));
    const bool refuses = std::count(options_.refusing.begin(), options_.refusing.end(), number) != 0;
    const node::EngineFactory factory = [refuses](const node::Welcome& welcome) -> std::unique_ptr<training::SegmentEngine> {
        if (refuses) {
            throw EnvironmentError("probe differs");
        }
        return std::make_unique<AlphabetEngine>(welcome.job_hash);
    };
    executor.endpoint = endpoint_of(number);
    executor.ports = std::make_unique<node::ExecutorPorts>(node::ExecutorPorts{
        solo_, executor.mailbox.get(), executor.signer.get(), tripped_store_, clock_, factory, executor.endpoint.get(),
        options_.own_voices ? &voice_ : nullptr, [this, number](const node::Welcome&) { return notebook(number + 1); }});
    executor.leader = std::make_unique<node::ExecutorLeader>(*executor.ports, executor_options_);
    executors_.push_back(std::move(executor));
}

std::unique_ptr<ScriptedEndpoint> JobHarness::endpoint_of(std::size_t number) {
    if (!options_.own_endpoints) {
        return nullptr;
    }
    const bool down = std::count(options_.cut_off.begin(), options_.cut_off.end(), number) != 0;
    auto endpoint = std::make_unique<ScriptedEndpoint>([this, down](JobId, SegmentIndex segment, AttemptIndex attempt) {
        if (down) {
            throw RpcError("unreachable");
        }
        return chain_.find_attempt(segment, attempt);
    });
    endpoint->history = [this](auto segment, auto attempt) { return chain_.read_history(segment, attempt); };
    return endpoint;
}

void JobHarness::stop_stepping(std::size_t executor, bool dead) {
    executors_[executor].stepping = false;
    if (dead) {
        world_->kill(static_cast<int>(executor) + 1);
    }
}

void JobHarness::step_executor(std::size_t number) {
    Executor& executor = executors_[number];
    if (!executor.stepping || executor.leader->end()) {
        return;
    }
    try {
        while (!executor.leader->end() && executor.leader->step()) {
        }
    } catch (const Stopped& stopped) {
        stop_stepping(number, stopped.dead);
    }
}

node::BridgeOutcome JobHarness::run(const std::function<void(JobHarness&)>& before_turn, int turns) {
    for (int turn = 0; turn < turns && !bridge_->done(); ++turn) {
        if (before_turn) {
            before_turn(*this);
        }
        bridge_->step();
        for (std::size_t number = 0; number < executors_.size(); ++number) {
            step_executor(number);
        }
        clock_.advance(kTurn);
    }
    return bridge_->outcome();
}

void JobHarness::run_executors_alone(Millis span) {
    for (std::size_t number = 0; number < executors_.size(); ++number) {
        step_executor(number);
    }
    clock_.advance(span);
}

std::size_t JobHarness::executor_at(SegmentIndex segment, const Hash32& previous_digest, std::uint32_t position) const {
    const auto order =
        node::ticket_order(alphabet_terms(options_.executors, options_.segments, options_.lead), segment, previous_digest);
    for (std::size_t number = 0; number < options_.executors; ++number) {
        if (address_of(number) == order.at(position)) {
            return number;
        }
    }
    return options_.executors;
}

}  // namespace cone::test
