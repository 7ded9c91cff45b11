// Looks, executes, judges, one segment after the other; goes back when a verdict that was agreed with changes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/watcher.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"

namespace cone::node {
namespace {

/// Reasons that pass by themselves or are somebody else's work: recorded, but no alarm.
bool is_quiet(Reason reason) {
    return reason == Reason::AlreadyChallenged || reason == Reason::NoVerdict || reason == Reason::JobOver;
}

}  // namespace

Watcher::Watcher(WatchedJob job, WatchPorts ports, bool may_act)
    : job_(job), ports_(std::move(ports)), may_act_(may_act), executed_(job.segments) {
    CONE_ASSERT(job.segments > 0, "a job has segments");
}

Hash32 Watcher::previous_of(std::uint32_t segment) const {
    return segment == 0 ? job_.job_hash : executed_[segment - 1]->runs[0].digest;
}

bool Watcher::is_executed(std::uint32_t segment) const {
    return executed_[segment] && executed_[segment]->previous == previous_of(segment);
}

/// A challenge of somebody else may change a verdict that we agreed with; what was built on it falls with it.
bool Watcher::step_back(std::uint32_t shown, const VerdictRecord& record) {
    if (shown > 0 && record.previous != previous_of(shown)) {
        current_ = shown - 1;
        return true;
    }
    if (current_ > shown && record.accepted != executed_[shown]->runs[0].digest) {
        current_ = shown;
        return true;
    }
    return false;
}

void Watcher::execute(std::uint32_t segment) {
    Executed executed{previous_of(segment), {}};
    for (std::size_t track = 0; track < executed.runs.size(); ++track) {
        executed.runs[track] = ports_.execute(track, SegmentIndex(segment), executed.previous);
    }
    executed_[segment] = std::move(executed);
}

SelfCheck Watcher::check_of(std::uint32_t segment) {
    SelfCheck check;
    check.job = job_.job;
    check.segment = SegmentIndex(segment);
    check.spec_hash = job_.spec_hash;
    check.job_hash = job_.job_hash;
    check.data_hash = job_.data_hash;
    check.previous = executed_[segment]->previous;
    check.executions = executed_[segment]->runs;
    check.endpoints = ports_.look_twice(check.segment);
    check.may_act = may_act_;
    for (auto& endpoint : check.endpoints) {
        endpoint.record.ours |= disputed_.contains({segment, endpoint.record.accepted});
    }
    return check;
}

void Watcher::tell(const SelfCheck& check, const Decision& decision) {
    const std::pair news{check.segment.value, decision};
    if (told_ == news) {
        return;
    }
    ports_.record(to_json_line(check, decision, ports_.unix_time()));
    told_ = news;
    const bool alarm = decision.verdict == Verdict::Abstain && !is_quiet(decision.reason);
    ports_.say((alarm ? "ALARM: " : "") + explain(check, decision));
}

/// Sent at most once a block, and never twice against the same verdict.
void Watcher::act(const SelfCheck& check) {
    const auto& seen = check.endpoints[0];
    if (seen.head <= tried_at_) {
        return;
    }
    tried_at_ = seen.head;
    ChallengeOutcome outcome{.job = job_.job, .segment = check.segment, .disputed = seen.record.accepted};
    try {
        outcome.transaction = ports_.challenge(check.segment, seen.record.bond);
        disputed_.insert({check.segment.value, seen.record.accepted});
    } catch (const ChainError& error) {
        outcome.refusal = error.what();
        ports_.say("ALARM: segment " + std::to_string(check.segment.value) + ": the challenge was refused: " + error.what());
    }
    ports_.record(to_json_line(outcome, ports_.unix_time()));
}

bool Watcher::judge(std::uint32_t segment) {
    const auto check = check_of(segment);
    const auto decision = decide(check);
    tell(check, decision);
    if (decision.verdict == Verdict::Challenge) {
        act(check);
    }
    if (decision.verdict == Verdict::Agrees) {
        ++current_;
    }
    return decision.verdict == Verdict::Agrees;
}

bool Watcher::step() {
    if (done_) {
        return false;
    }
    const auto shown = std::min(current_, job_.segments - 1);
    const auto seen = ports_.look(SegmentIndex(shown));
    if (!seen.failure.empty()) {
        if (trouble_ != seen.failure) {
            ports_.say(origin_of(seen.url) + ": " + seen.failure);
        }
        trouble_ = seen.failure;
        return false;
    }
    trouble_.clear();
    if (step_back(shown, seen.record)) {
        return true;
    }
    if (seen.record.job_over && !seen.record.has_verdict) {
        done_ = true;
        return false;
    }
    if (current_ < job_.segments && !is_executed(current_)) {
        execute(current_);
        return true;
    }
    const bool agreed = current_ < job_.segments && seen.record.has_verdict && judge(current_);
    done_ = !agreed && seen.record.job_over;
    return agreed;
}

WatchOutcome Watcher::outcome() const {
    WatchOutcome outcome;
    outcome.agreed = current_;
    outcome.challenged = narrow<std::uint32_t>(disputed_.size());
    if (current_ < job_.segments) {
        const bool told = told_ && told_->first == current_;
        outcome.open = {SegmentIndex(current_), told ? told_->second.reason : Reason::NoVerdict};
    }
    return outcome;
}

}  // namespace cone::node
