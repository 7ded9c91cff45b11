// What the bridge wants done, under a name that every process gives it: the journal knows by it what is done.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "bridge/contracts/deployment.hpp"
#include "cone/node/chain.hpp"

namespace cone::adapter {

/// Two actions with the same intent are the same wish: a restarted bridge that decides it again must not pay for it again.
struct Intent {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    contracts::Contract contract = contracts::Contract::JobBoard;
    std::string call;  ///< "castVotes"
    std::string rest;  ///< what else tells it apart: positions of the votes, the executor; may be empty
    bool operator==(const Intent&) const = default;

    /// The action's type: "CastVotes".
    [[nodiscard]] std::string action() const;
    /// "JobBoard.castVotes".
    [[nodiscard]] std::string full_call() const;
};
[[nodiscard]] Intent intent_of(const node::ChainAction& action);
[[nodiscard]] Intent intent_of(const node::ProveOmission& proof);

/// "7/1/65536/JobBoard.castVotes/0,2": job, segment, attempt, call, rest.
[[nodiscard]] std::string to_text(const Intent& intent);
/// Nothing when `to_text` did not write it.
[[nodiscard]] std::optional<Intent> intent_from(const std::string& text);

}  // namespace cone::adapter
