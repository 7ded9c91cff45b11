// The executor's loop: the leader reads the bridge's orders and relays them to its team; everybody runs, the leader votes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor.hpp"

#include <algorithm>
#include <csignal>
#include <deque>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/comm/backoff.hpp"
#include "cone/node/executor_team.hpp"
#include "cone/node/executor_votes.hpp"
#include "cone/node/own_commitment.hpp"

namespace cone::node {
namespace {

constexpr int kLeader = 0;

/// Leaves a segment between two rounds, on every rank of the team at once.
struct Cancelled {};

ExecutorEnd end_of(const Stop& stop) {
    return stop.all_alive != 0 ? ExecutorEnd::Stopped : ExecutorEnd::Abandoned;
}

/// A team-mate does what its leader relays.
class TeamMate {
public:
    explicit TeamMate(const ExecutorPorts& ports) : ports_(ports), team_(ports) {}

    ExecutorEnd run() {
        while (!end_) {
            const Bytes bytes = ports_.team.broadcast({}, kLeader);
            if (!bytes.empty()) {
                std::visit([&](const auto& body) { obey(body); }, decode_to_executor(bytes));
            }
        }
        return *end_;
    }

private:
    void obey(const Welcome& welcome) { (void)team_.set_up(welcome); }
    void obey(const RunSegment& order) {
        try {
            (void)team_.run(order, [&](const training::RoundTrace&) {
                if (!ports_.team.broadcast({}, kLeader).empty()) {
                    throw Cancelled{};
                }
            });
        } catch (const Cancelled&) {
        }
    }
    void obey(const CommitmentsOnChain&) {}
    void obey(const RootPosted&) {}
    void obey(const SegmentAgreed& agreed) { team_.forget_all_but(agreed.segment, agreed.digest); }
    void obey(const Stop& stop) { end_ = end_of(stop); }

    const ExecutorPorts& ports_;
    TeamRunner team_;
    std::optional<ExecutorEnd> end_;
};

}  // namespace

class ExecutorLeader::Turn {
public:
    Turn(const ExecutorPorts& ports, const ExecutorOptions& options)
        : ports_(ports), options_(options), team_(ports), votes_(*ports.signer, ports.clock, options.reveal_timeout) {
        if (ports.endpoint != nullptr) {
            roots_.emplace(*ports.endpoint, ports.clock, options.root_patience);
        }
        if (ports.voice != nullptr) {
            escort_.emplace(*ports.voice, ports.clock, ports.signer->address(), 2 * options.reveal_timeout);
        }
        if (ports.endpoint != nullptr && ports.voice != nullptr) {
            commitments_.emplace(*ports.endpoint, *ports.voice, ports.clock, ports.signer->address());
        }
    }

    bool step() {
        collect_mail();
        if (!inbox_.empty()) {
            const ToExecutor order = std::move(inbox_.front());
            inbox_.pop_front();
            std::visit([&](const auto& body) { obey(body); }, order);
            return true;
        }
        look_at_chain();
        speak_for_ourselves();
        const bool revealed = reveal_what_is_due();
        call_team();
        return revealed;
    }
    [[nodiscard]] std::optional<ExecutorEnd> end() const { return end_; }

private:
    bool reveal_what_is_due() {
        const auto due = votes_.take_due();
        for (const auto& reveal : due) {
            tell(reveal);
            if (escort_) {
                escort_->shown(reveal);
            }
        }
        return !due.empty();
    }

    void tell(const ToBridge& message) { ports_.mailbox->send(kBridgeRank, encode(message)); }
    void relay(const ToExecutor& order) { (void)ports_.team.broadcast(encode(order), kLeader); }

    void collect_mail() {
        while (auto mail = ports_.mailbox->try_receive()) {
            if (mail->from != kBridgeRank) {
                continue;
            }
            try {
                inbox_.push_back(decode_to_executor(mail->bytes));
            } catch (const DataError& error) {
                spdlog::warn("dropped a message of the bridge: {}", error.what());
            }
        }
        if (options_.give_up.passed(ports_.clock) || ports_.mailbox->failed_peers().count(kBridgeRank) != 0) {
            inbox_.clear();
            inbox_.push_back(Stop{kBridgeGone, 0});
        }
    }

    /// Idle team-mates wait in a broadcast; an empty one now and then tells them that we live, and us that they do.
    void call_team() {
        if (ports_.team.size() > 1 && next_call_.passed(ports_.clock)) {
            (void)ports_.team.broadcast({}, kLeader);
            next_call_ = Deadline::in(ports_.clock, options_.heartbeat);
        }
    }

    void obey(const Welcome& welcome) {
        relay(welcome);
        auto reason = team_.set_up(welcome);
        reason = reason ? reason : open_votes(welcome);
        if (reason) {
            tell(Refused{*reason});
            return;
        }
        for (const auto& memory : votes_.remembered()) {
            tell(memory);
        }
        tell(Join{ports_.signer->address()});
    }

    /// Without its own votes of an earlier life a member could only harm itself: it does not take part then.
    std::optional<std::string> open_votes(const Welcome& welcome) {
        domain_ = {welcome.domain_separator, welcome.job};
        try {
            votes_.open(domain_, ports_.open_notebook ? ports_.open_notebook(welcome) : nullptr);
            for (const auto& commitment : votes_.unshown()) {
                see_through(commitment);
            }
            return std::nullopt;
        } catch (const Error& error) {
            return error.what();
        }
    }

    void obey(const RunSegment& order) {
        tell(Progress{order.segment, 0, 0, "started"});
        try {
            if (const auto before = votes_.committed(order)) {
                tell(*before);
                return;
            }
        } catch (const DataError& error) {
            tell(Failed{order.segment, error.what()});
            return;
        }
        const auto fault = planned_fault(options_.faults, order.segment, order.position);
        if (fault == FaultKind::Copycat) {
            commit(order, copied_reveal(order), fault);
            return;
        }
        relay(order);
        try {
            auto outcome = team_.run(order, [&](const training::RoundTrace& round) { after_round(order, round, fault); });
            if (!outcome.result) {
                tell(Failed{order.segment, outcome.reason});
                return;
            }
            publish(*outcome.result);
            commit(order, reveal_of(order, *outcome.result), fault);
        } catch (const Cancelled&) {
            spdlog::info("left segment {} between two rounds", order.segment.value);
        } catch (const CommError&) {
            throw;
        } catch (const Error& error) {
            fail(order.segment, error.what());
        }
    }

    /// A rank that failed in the middle of a run is out of step with its team-mates: a team of more than one ends.
    void fail(SegmentIndex segment, const std::string& reason) {
        if (ports_.team.size() > 1) {
            throw CommError(reason);
        }
        tell(Failed{segment, reason});
    }

    void after_round(const RunSegment& order, const training::RoundTrace& round, std::optional<FaultKind> fault) {
        tell(Progress{order.segment, round.round, round.metric_bp, "training"});
        if (fault == FaultKind::Crash || fault == FaultKind::Freeze) {
            strike(*fault);
        }
        speak_for_ourselves();
        (void)reveal_what_is_due();
        collect_mail();
        const bool stop =
            std::any_of(inbox_.begin(), inbox_.end(), [](const auto& m) { return std::holds_alternative<Stop>(m); });
        if (!ports_.team.broadcast(stop ? Bytes{1} : Bytes{}, kLeader).empty()) {
            throw Cancelled{};
        }
    }

    void strike(FaultKind fault) {
        const int signal = fault == FaultKind::Crash ? SIGKILL : SIGSTOP;
        if (options_.raise_signal) {
            options_.raise_signal(signal);
        } else {
            (void)std::raise(signal);
        }
    }

    /// The state must be in the store before anybody can learn its digest from us.
    void publish(const training::SegmentResult& result) {
        try {
            const auto there = ports_.store.get(result.digest);
            if (!there || !opens_to(result.digest, hash::seal(result.opening), *there, team_.rounds_per_segment())) {
                ports_.store.put(result.digest, result.state);
            }
        } catch (const Error& error) {
            spdlog::warn("could not store the state of {}: {}", to_hex(result.digest), error.what());
        }
    }

    void commit(const RunSegment& order, Reveal reveal, std::optional<FaultKind> fault) {
        try {
            if (const auto commitment = votes_.commit(order, std::move(reveal), fault)) {
                tell(*commitment);
                see_through(*commitment);
            }
        } catch (const EnvironmentError& error) {
            tell(Failed{order.segment, error.what()});  // the team is in step: only this vote is lost
        }
    }

    /// Until the chain has it, from the bridge or from us.
    void see_through(const Commitment& commitment) {
        if (commitments_) {
            commitments_->committed(domain_.job, commitment);
        }
    }

    void obey(const RootPosted& posted) {
        if (commitments_) {
            commitments_->told(posted.list);
        }
    }
    void obey(const CommitmentsOnChain& posted) {
        obey(RootPosted{posted});
        if (commitments_ && commitments_->speaks_for(posted.segment, posted.attempt)) {
            return;  // it is bound when our own transaction is
        }
        if (roots_) {
            roots_->expect(domain_.job, posted);
        } else {
            open_vote(posted);
        }
    }
    void look_at_chain() {
        if (roots_) {
            for (const auto& [posted, refusal] : roots_->look()) {
                refusal.empty() ? open_vote(posted) : keep_back(posted, refusal);
            }
        }
    }
    /// The bridge has had its time with a vote of ours: the chain gets it from us.
    void speak_for_ourselves() {
        if (commitments_) {
            for (const auto& posted : commitments_->look()) {
                open_own_vote(posted);
            }
        }
        if (escort_) {
            (void)escort_->look();
        }
    }
    void open_own_vote(const CommitmentsOnChain& posted) {
        try {
            votes_.bound_by_ourselves(posted.segment, posted.attempt);
            escort_->bound(domain_.job, posted);
        } catch (const EnvironmentError& error) {
            keep_back(posted, error.what());
        }
    }
    void open_vote(const CommitmentsOnChain& posted) {
        try {
            if (!votes_.on_chain(posted)) {
                keep_back(posted, "our commitment is not under the root on chain");
            } else if (escort_) {
                escort_->bound(domain_.job, posted);
            }
        } catch (const EnvironmentError& error) {
            keep_back(posted, error.what());
        }
    }
    void keep_back(const CommitmentsOnChain& posted, const std::string& reason) {
        spdlog::warn("segment {}: {}: nothing is revealed", posted.segment.value, reason);
        tell(Failed{posted.segment, reason + ": nothing is revealed"});
    }
    void obey(const SegmentAgreed& agreed) {
        relay(agreed);
        if (commitments_) {
            commitments_->forget_before(agreed.segment);
        }
        team_.forget_all_but(agreed.segment, agreed.digest);
    }
    void obey(const Stop& stop) {
        relay(stop);
        const bool bridge_lost = stop.reason == kBridgeGone;
        if (!bridge_lost) {
            tell(Goodbye{});
        }
        end_ = bridge_lost ? ExecutorEnd::BridgeLost : end_of(stop);
    }

    static constexpr const char* kBridgeGone = "the bridge is gone";

    const ExecutorPorts& ports_;
    const ExecutorOptions& options_;
    TeamRunner team_;
    VoteKeeper votes_;
    std::optional<RootWatch> roots_;               ///< nothing without an endpoint of our own
    std::optional<VoteEscort> escort_;             ///< nothing without a voice of our own
    std::optional<CommitmentEscort> commitments_;  ///< nothing without both
    VoteDomain domain_;
    std::deque<ToExecutor> inbox_;
    Deadline next_call_{};
    std::optional<ExecutorEnd> end_;
};

ExecutorLeader::ExecutorLeader(const ExecutorPorts& ports, const ExecutorOptions& options)
    : turn_(std::make_unique<Turn>(ports, options)) {}
ExecutorLeader::~ExecutorLeader() = default;
bool ExecutorLeader::step() {
    return turn_->step();
}
std::optional<ExecutorEnd> ExecutorLeader::end() const {
    return turn_->end();
}

namespace {

ExecutorEnd lead(const ExecutorPorts& ports, const ExecutorOptions& options) {
    ExecutorLeader leader(ports, options);
    for (comm::Backoff backoff; !leader.end();) {
        if (leader.step()) {
            backoff.reset();
        } else {
            backoff.wait();
        }
    }
    return *leader.end();
}

}  // namespace

ExecutorEnd run_executor(const ExecutorPorts& ports, const ExecutorOptions& options) {
    const bool leads = ports.team.rank() == kLeader;
    try {
        return leads ? lead(ports, options) : TeamMate(ports).run();
    } catch (const Error& error) {
        spdlog::error("executor: {}", error.what());
        if (leads) {
            ports.mailbox->send(kBridgeRank, encode(ToBridge{Failed{SegmentIndex{}, error.what()}}));
            ports.mailbox->send(kBridgeRank, encode(ToBridge{Goodbye{}}));
        }
        return ExecutorEnd::TeamLost;
    }
}

}  // namespace cone::node
