// A team sets up a job and runs its segments; a reason that one rank has is the reason of all.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/executor_team.hpp"

#include "cone/base/errors.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::node {

/// Empty when all ranks are fine. Every rank gets the same answer, so all take the same branch.
std::string TeamRunner::first_reason(const std::string& mine) {
    const auto reasons = ports_.team.all_gather(ByteSpan(reinterpret_cast<const std::uint8_t*>(mine.data()), mine.size()));
    for (const auto& reason : reasons) {
        if (!reason.empty()) {
            return {reason.begin(), reason.end()};
        }
    }
    return {};
}

std::string TeamRunner::build(const Welcome& welcome) {
    if (hash::spec_hash(welcome.spec) != welcome.spec_hash) {
        return "the job spec is not the one whose hash is on chain";
    }
    if (hash::job_hash(welcome.spec_hash, hash::data_hash(welcome.shard_roots)) != welcome.job_hash) {
        return "the sellers' shards are not the ones whose hash is on chain";
    }
    try {
        rounds_per_segment_ = job::spec_from_canonical(welcome.spec).schedule.rounds_per_segment;
        engine_ = ports_.make_engine(welcome);
    } catch (const Error& error) {
        return error.what();
    }
    return engine_ ? std::string() : "no engine for this job";
}

std::optional<std::string> TeamRunner::set_up(const Welcome& welcome) {
    const std::string reason = first_reason(build(welcome));
    if (!reason.empty()) {
        engine_.reset();
        return reason;
    }
    welcome_ = welcome;
    return std::nullopt;
}

std::string TeamRunner::find_state(const RunSegment& order, training::TrainingState& state) {
    if (!engine_) {
        return "not part of a job";
    }
    if (order.segment.value == 0) {
        if (order.previous_digest != welcome_.job_hash) {
            return "segment 0 must start from the job hash";
        }
        state = engine_->initial_state();
        return {};
    }
    if (order.previous.job_hash != welcome_.job_hash || order.previous.segment.next() != order.segment) {
        return "the opening is of another job or segment";
    }
    if (const auto own = held_.find(order.previous_digest); own != held_.end()) {
        state = own->second.state;
        return {};
    }
    auto stored = ports_.store.get(order.previous_digest);
    if (!stored) {
        return "the state of " + to_hex(order.previous_digest) + " is not in the store";
    }
    if (!opens_to(order.previous_digest, order.previous, *stored, rounds_per_segment_)) {
        return "the stored state of " + to_hex(order.previous_digest) + " is not what the digest says";
    }
    state = std::move(*stored);
    return {};
}

TeamRunner::Outcome TeamRunner::run(const RunSegment& order, const OnRound& on_round) {
    training::TrainingState from;
    if (std::string reason = first_reason(find_state(order, from)); !reason.empty()) {
        return {std::nullopt, std::move(reason)};
    }
    const Hash32 seed = hash::segment_seed(welcome_.job_seed, order.previous_digest);
    const training::SegmentTask task{order.segment, order.attempt, order.previous_digest,
                                     hash::attempt_seed(seed, order.attempt)};
    auto result = engine_->run(task, from, ports_.team, on_round);
    held_[result.digest] = {order.segment, result.state};
    return {std::move(result), {}};
}

void TeamRunner::forget_all_but(SegmentIndex segment, const Hash32& digest) {
    for (auto at = held_.begin(); at != held_.end();) {
        at = at->second.segment <= segment && at->first != digest ? held_.erase(at) : std::next(at);
    }
}

}  // namespace cone::node
