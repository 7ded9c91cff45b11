// Mail, chain and clock around the coordinator.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/bridge_loop.hpp"

#include <algorithm>

#include "cone/base/log.hpp"
#include "cone/comm/backoff.hpp"

namespace cone::node {
namespace {

constexpr Millis kInterruptPatience{150};

// A look at the chain takes as long as its node is away. Who answered in the meantime is not late, and MPI needs a while to bring
// what came to somebody who did not ask: after a silence of kDeaf nobody is called late for kCatchUp.
constexpr Millis kDeaf{250};
constexpr Millis kCatchUp{1000};

}  // namespace

ExitCode exit_code_of(RunStatus status) {
    switch (status) {
        case RunStatus::Settled:
        case RunStatus::Unmet:
            return ExitCode::Ok;
        case RunStatus::Void:
            return ExitCode::ChainRefused;
        case RunStatus::Joining:
        case RunStatus::Running:
        case RunStatus::Failed:
            break;
    }
    return ExitCode::TryAgain;
}

BridgeLoop::BridgeLoop(const BridgePorts& ports, const BridgeOptions& options)
    : ports_(ports),
      options_(options),
      coordinator_(ports.chain.terms(), options.coordinator, ports.verifier,
                   ports.notebook != nullptr ? ports.notebook->read() : std::vector<Note>{}) {
    CONE_ASSERT(ports.leaders.size() == options.coordinator.executors, "one leader an executor");
    job_deadline_ = Deadline::in(ports.clock, options.job_timeout);
    heard_until_ = ports.clock.now();
}

void BridgeLoop::perform(const Actions& actions) {
    for (const auto& action : actions) {
        if (const auto* tell = std::get_if<Tell>(&action)) {
            ports_.mailbox.send(ports_.leaders.at(tell->executor), encode(tell->message));
        } else if (const auto* submit = std::get_if<Submit>(&action)) {
            ports_.chain.submit(submit->action);
        } else if (const auto* keep_it = std::get_if<Keep>(&action)) {
            keep(keep_it->note);
        } else if (ports_.progress) {
            ports_.progress(std::get<Say>(action).line);
        }
    }
}

void BridgeLoop::keep(const Note& note) {
    if (ports_.notebook != nullptr) {
        ports_.notebook->keep(note);
    }
}

bool BridgeLoop::carry_mail() {
    bool any = false;
    while (const auto mail = ports_.mailbox.try_receive()) {
        any = true;
        const auto at = std::find(ports_.leaders.begin(), ports_.leaders.end(), mail->from);
        if (at == ports_.leaders.end()) {
            continue;
        }
        const auto executor = static_cast<std::size_t>(at - ports_.leaders.begin());
        try {
            const ToBridge message = decode_to_bridge(mail->bytes);
            if (std::holds_alternative<Goodbye>(message)) {
                unheard_.erase(executor);
            }
            perform(coordinator_.on_message(ports_.clock.now(), executor, message));
        } catch (const DataError& error) {
            spdlog::debug("executor {}: dropped a message: {}", executor, error.what());
        } catch (const EnvironmentError& error) {
            give_up(error.code(), error.what());  // what cannot be kept must not be acted on
        } catch (const std::exception& error) {
            give_up(ExitCode::TryAgain, error.what());
        }
    }
    return any;
}

bool BridgeLoop::listen() {
    const Millis now = ports_.clock.now();
    if (now - heard_until_ > kDeaf) {
        catch_up_ = Deadline::in(ports_.clock, kCatchUp);
    }
    heard_until_ = now;
    return carry_mail();
}

void BridgeLoop::look_at_peers() {
    const auto dead = ports_.mailbox.failed_peers();
    for (std::size_t executor = 0; executor < ports_.leaders.size(); ++executor) {
        if (dead.count(ports_.leaders[executor]) != 0 && reported_lost_.insert(executor).second) {
            perform(coordinator_.on_lost(ports_.clock.now(), executor, "its process died"));
        }
    }
}

void BridgeLoop::look_at_chain() {
    if (!next_poll_.passed(ports_.clock) && !ports_.chain.has_news()) {
        return;
    }
    for (const auto& event : ports_.chain.poll()) {
        perform(coordinator_.on_chain(ports_.clock.now(), event));
    }
    next_poll_ = Deadline::in(ports_.clock, ports_.chain.caught_up() ? options_.poll : Millis{0});
    perform(coordinator_.on_head(ports_.clock.now(), ports_.chain.head()));
    if (stage_ == Stage::Running && catch_up_.passed(ports_.clock)) {
        perform(coordinator_.on_time(heard_until_));
    }
}

/// Executors are called when all that the chain has to tell of earlier lives has been read: they join, and the run goes on from there.
void BridgeLoop::begin_when_past_is_known() {
    if (stage_ == Stage::Starting && ports_.chain.caught_up()) {
        stage_ = Stage::Running;
        perform(coordinator_.start(ports_.clock.now()));
    }
}

void BridgeLoop::leave(ExitCode code, const std::string& reason) {
    code_ = code;
    reason_ = reason;
    stage_ = Stage::Leaving;
    // Who interrupts a job interrupts all ranks, and a launcher's patience is short.
    const Millis patience =
        code == ExitCode::Interrupted ? std::min(options_.goodbye_timeout, kInterruptPatience) : options_.goodbye_timeout;
    goodbye_deadline_ = Deadline::in(ports_.clock, patience);
    const auto& executors = coordinator_.state().executors;
    // An interrupted bridge does not wait for a rank in the middle of a round, so nobody may wait for it in MPI_Finalize.
    all_alive_ = code != ExitCode::Interrupted && std::all_of(executors.begin(), executors.end(), [](const auto& executor) {
                     return executor.standing != Standing::Lost && executor.responsive;
                 });
    const Stop stop{reason.empty() ? "the job is over" : reason, all_alive_ ? 1U : 0U};
    for (std::size_t executor = 0; executor < ports_.leaders.size(); ++executor) {
        unheard_.insert(executor);
        ports_.mailbox.send(ports_.leaders[executor], encode(ToExecutor{stop}));
    }
}

void BridgeLoop::give_up(ExitCode code, const std::string& reason) {
    perform(coordinator_.abort(ports_.clock.now(), reason));
    leave(code, reason);
}

void BridgeLoop::end_when_over() {
    if (coordinator_.over()) {
        leave(exit_code_of(coordinator_.state().status), coordinator_.state().reason);
    } else if (ports_.interrupted != nullptr && *ports_.interrupted) {
        give_up(ExitCode::Interrupted, "interrupted");
    } else if (job_deadline_.passed(ports_.clock)) {
        give_up(ExitCode::TryAgain, "the job's deadline has passed");
    }
}

bool BridgeLoop::step() {
    const bool mail = listen();
    if (stage_ == Stage::Starting || stage_ == Stage::Running) {
        try {
            look_at_peers();
            look_at_chain();
            begin_when_past_is_known();
            end_when_over();
        } catch (const Error& error) {
            give_up(error.code(), error.what());
        } catch (const std::exception& error) {  // a node's figures that are none: executors are told all the same
            give_up(ExitCode::TryAgain, error.what());
        }
    } else if (stage_ == Stage::Leaving) {
        const auto dead = ports_.mailbox.failed_peers();
        const bool all_gone =
            std::all_of(unheard_.begin(), unheard_.end(), [&](std::size_t e) { return dead.count(ports_.leaders[e]) != 0; });
        const bool sent = ports_.mailbox.pending_sends() == 0;
        if ((all_gone && sent) || goodbye_deadline_.passed(ports_.clock)) {
            stage_ = Stage::Done;
        }
    }
    return mail;
}

BridgeOutcome BridgeLoop::outcome() const {
    BridgeOutcome made{code_, reason_, coordinator_.state(), {}, unheard_, all_alive_ && unheard_.empty()};
    try {
        made.costs = ports_.chain.costs();
    } catch (const std::exception& error) {
        spdlog::warn("what the run cost is not known: {}", error.what());
    }
    return made;
}

BridgeOutcome run_bridge(const BridgePorts& ports, const BridgeOptions& options) {
    BridgeLoop loop(ports, options);
    for (comm::Backoff backoff; !loop.done();) {
        if (loop.step()) {
            backoff.reset();
        } else {
            backoff.wait();
        }
    }
    return loop.outcome();
}

}  // namespace cone::node
