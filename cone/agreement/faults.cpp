// Judging members by the accepted digest.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/faults.hpp"

#include <algorithm>
#include <optional>

namespace cone::agreement {
namespace {

bool equivocated(const Tally& tally, AttemptIndex attempt, const Address& executor) {
    const auto& pairs = tally.equivocations();
    return std::any_of(pairs.begin(), pairs.end(), [&](const Equivocation& pair) {
        return pair.first.attempt == attempt && pair.first.executor == executor;
    });
}

std::optional<Fault> judge(const Tally& tally, AttemptIndex number, std::size_t position, const Hash32& accepted) {
    const Tally::Attempt& attempt = tally.attempts().at(number);
    const auto& vote = attempt.votes[position];
    if (equivocated(tally, number, attempt.members[position])) {
        return Fault::Equivocation;
    }
    if (!vote) {
        return Fault::NoReveal;
    }
    return vote->digest == accepted ? std::nullopt : std::optional(Fault::WrongDigest);
}

/// Calls `visit(attempt number, position, executor, fault)` for every member.
template <class Visit>
void judge_all(const Tally& tally, const Hash32& accepted, Visit visit) {
    for (const auto& [number, attempt] : tally.attempts()) {
        for (std::size_t position = 0; position < attempt.members.size(); ++position) {
            visit(number, position, attempt.members[position], judge(tally, number, position, accepted));
        }
    }
}

}  // namespace

std::string_view to_string(Fault fault) {
    switch (fault) {
        case Fault::NoReveal:
            return "no-reveal";
        case Fault::FalseWitness:
            return "false-witness";
        case Fault::WrongDigest:
            return "wrong-digest";
        case Fault::Equivocation:
            return "equivocation";
    }
    return "unknown";
}

bool proves_false_witness(const hash::DigestOpening& opening, const Hash32& job_seed, const Vote& vote) {
    const Hash32 seed = hash::attempt_seed(hash::segment_seed(job_seed, opening.previous_digest), vote.attempt);
    return hash::segment_digest(opening) == vote.digest && hash::witness(seed, opening.trace_root) != vote.witness;
}

std::vector<FaultFound> find_faults(const Tally& tally, const Hash32& accepted) {
    const bool most_did_it = 2 * tally.votes_for(accepted) > tally.members();
    std::vector<FaultFound> faults;
    judge_all(tally, accepted, [&](AttemptIndex attempt, std::size_t position, const Address& executor, auto fault) {
        if (fault && (most_did_it || fault != Fault::NoReveal)) {
            faults.push_back({attempt, static_cast<std::uint32_t>(position), executor, *fault});
        }
    });
    return faults;
}

std::vector<Address> earners(const Tally& tally, const Hash32& accepted) {
    std::vector<Address> result;
    judge_all(tally, accepted, [&](AttemptIndex, std::size_t, const Address& executor, auto fault) {
        if (!fault) {
            result.push_back(executor);
        }
    });
    return result;
}

}  // namespace cone::agreement
