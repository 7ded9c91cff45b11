// The table.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/action_kinds.hpp"

#include <algorithm>
#include <array>

#include "cone/base/errors.hpp"

namespace cone::adapter {
namespace {

using sender::FeeClass;

constexpr std::array<std::string_view, 3> kModeNames = {"watch", "defend", "act"};

/// Rationale: in defence a bridge ends what has begun (votes due, their count, finality) and accuses, so that nobody is slashed or
/// paid wrongly because it was silent; it begins nothing, and moves no money that can wait for a person.
constexpr ActionKind kKinds[] = {
    {"castVotes", Mode::Defend, FeeClass::Dispute},          // who is not heard in the window is slashed
    {"closeAttempt", Mode::Defend, FeeClass::Commit},        // counts those votes
    {"finalize", Mode::Defend, FeeClass::Commit},            // ends the time in which a right verdict can be attacked
    {"proveEquivocation", Mode::Defend, FeeClass::Dispute},  // the liar's stake is gone after it left
    {"proveFalseWitness", Mode::Defend, FeeClass::Dispute},  // likewise
    {"proveOmission", Mode::Defend, FeeClass::Dispute},
    {"commitDirect", Mode::Defend, FeeClass::Dispute},
    {"challenge", Mode::Defend, FeeClass::Dispute},
    {"reclaimBond", Mode::Defend, FeeClass::Payout},
    {"postCommitments", Mode::Act, FeeClass::Commit},
    {"fixSeed", Mode::Act, FeeClass::Dispute},  // 256 blocks, then the job is void
    {"settle", Mode::Act, FeeClass::Payout},    // it has a term: stalled, the job is void
    {"payExecutors", Mode::Act, FeeClass::Payout},
    {"voidStale", Mode::Act, FeeClass::Payout},
    {"voidExhausted", Mode::Act, FeeClass::Payout},
    {"withdraw", Mode::Act, FeeClass::Payout},
    {"open", Mode::Act, FeeClass::Commit},
    {"bid", Mode::Act, FeeClass::Commit},
    {"close", Mode::Act, FeeClass::Commit},
    {"order", Mode::Act, FeeClass::Commit},
    {"register", Mode::Act, FeeClass::Commit},
    {"announceExit", Mode::Act, FeeClass::Payout},
    {"withdrawStake", Mode::Act, FeeClass::Payout},
};

}  // namespace

std::optional<Mode> mode_from_name(std::string_view name) {
    const auto found = std::find(kModeNames.begin(), kModeNames.end(), name);
    return found == kModeNames.end() ? std::nullopt : std::optional(static_cast<Mode>(found - kModeNames.begin()));
}

std::string_view to_string(Mode mode) {
    return kModeNames.at(static_cast<std::size_t>(mode));
}

std::span<const ActionKind> action_kinds() {
    return kKinds;
}

const ActionKind& kind_of(std::string_view call) {
    const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& kind) { return kind.call == call; });
    CONE_ASSERT(found != std::end(kKinds), "every function that is called has its row");
    return *found;
}

bool allows(Mode mode, std::string_view call) {
    return mode >= kind_of(call).least;
}

}  // namespace cone::adapter
