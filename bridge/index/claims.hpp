// What an account may still get out of the contracts, by their events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "bridge/contracts/events.hpp"
#include "cone/base/ids.hpp"

namespace cone::index {

/// A challenge, and the attempt that it forced: where its bond is held. It may have been decided since.
struct ForcedAttempt {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    Wei bond;
    bool operator==(const ForcedAttempt&) const = default;
};

/// Beside its credit, which Settlement tells.
struct Claims {
    std::vector<ForcedAttempt> challenges;  ///< all that it ever sent
    std::vector<JobId> unfinished;          ///< jobs that it bought or challenged in, neither settled nor void
    std::vector<JobId> open_auctions;       ///< in which its bid is the highest
    bool operator==(const Claims&) const = default;
};

/// `events` from the contracts' deployment on, in the chain's order. Pure. Throws as apply_events.
[[nodiscard]] Claims claims_of(std::span<const contracts::Event> events, const Address& account);

}  // namespace cone::index
