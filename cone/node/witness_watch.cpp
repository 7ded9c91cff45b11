// One segment a step: Final, its votes, a proof for each that is false.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/witness_watch.hpp"

#include <algorithm>

#include "cone/agreement/faults.hpp"
#include "cone/base/errors.hpp"
#include "cone/node/decision_log.hpp"

namespace cone::node {
namespace {

std::string name_of(SegmentIndex segment, const CastVote& cast) {
    return "segment " + std::to_string(segment.value) + ", attempt " + std::to_string(cast.attempt.value) + ": " +
           to_hex(cast.vote.executor) + " showed a false witness";
}

bool all_final(const std::array<EndpointReport, 2>& seen, const Hash32& digest) {
    return std::all_of(seen.begin(), seen.end(), [&](const EndpointReport& endpoint) {
        return endpoint.failure.empty() && endpoint.record.is_final && endpoint.record.accepted == digest;
    });
}

}  // namespace

void WitnessWatch::prove(SegmentIndex segment, const hash::DigestOpening& opening, const CastVote& cast) {
    WitnessOutcome outcome{.job = job_, .segment = segment, .attempt = cast.attempt, .executor = cast.vote.executor};
    if (may_act_) {
        try {
            outcome.transaction = ports_.prove({job_, segment, cast.attempt, cast.vote, opening});
        } catch (const ChainError& error) {
            outcome.refusal = error.what();
        }
    }
    const std::string then = !may_act_                 ? ", not proven: we were told to watch"
                             : outcome.refusal.empty() ? ", proven in " + outcome.transaction
                                                       : ", the proof was refused: " + outcome.refusal;
    ports_.say(name_of(segment, cast) + then);
    ports_.record(to_json_line(outcome, ports_.unix_time()));
    found_.insert({segment, cast.attempt, cast.vote.executor});
}

void WitnessWatch::accuse(SegmentIndex segment, const hash::DigestOpening& opening) {
    for (const auto& cast : ports_.votes(segment, hash::segment_digest(opening))) {
        const agreement::Vote vote{cast.attempt, cast.vote.executor, cast.vote.digest, cast.vote.witness};
        const bool dealt_with = found_.contains({segment, cast.attempt, cast.vote.executor});
        if (!dealt_with && agreement::proves_false_witness(opening, job_seed_, vote)) {
            prove(segment, opening, cast);
        }
    }
}

bool WitnessWatch::step(const std::vector<hash::DigestOpening>& executed) {
    if (done(executed.size())) {
        return false;
    }
    const SegmentIndex segment(narrow<std::uint32_t>(next_));
    const auto& opening = executed[next_];
    const auto seen = ports_.look_twice(segment);
    if (!all_final(seen, hash::segment_digest(opening))) {
        const auto& first = seen[0];
        over_ = first.failure.empty() && first.record.job_over && !first.record.is_final;
        return false;
    }
    try {
        accuse(segment, opening);
    } catch (const RpcError& error) {
        if (trouble_ != error.what()) {
            ports_.say("segment " + std::to_string(segment.value) + ": its votes cannot be read: " + error.what());
        }
        trouble_ = error.what();
        return false;
    }
    ++next_;
    return true;
}

}  // namespace cone::node
