// Planted faults: what an executor does wrong on purpose, in the demo and in tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cone/base/ids.hpp"

namespace cone::node {

enum class FaultKind : std::uint8_t {
    WrongDigest,  ///< one bit of the state root flipped: all who do it give the same digest
    Silent,       ///< never commits
    Withhold,     ///< commits, never reveals
    Copycat,  ///< does no work: votes for the digest that leads in public, with a made-up witness, the same as other copycats
    Late,     ///< reveals after the bridge stopped waiting: too late only if the window on chain is over as well
    Equivocate,  ///< signs two different votes
    Crash,       ///< SIGKILL in the middle of the segment
    Freeze,      ///< SIGSTOP in the middle of the segment
};

/// The executor at position `member` of the segment's execution set (over all attempts) misbehaves there.
struct PlannedFault {
    SegmentIndex segment;
    std::uint32_t member = 0;
    FaultKind kind = FaultKind::WrongDigest;
};

/// The name in configuration files: "wrong-digest", "silent", "withhold", "copycat", "late", "equivocate", "crash", "freeze".
[[nodiscard]] std::optional<FaultKind> fault_from_name(std::string_view name);
[[nodiscard]] std::string_view fault_name(FaultKind kind);

[[nodiscard]] std::optional<FaultKind> planned_fault(const std::vector<PlannedFault>& faults, SegmentIndex segment,
                                                     std::uint32_t member);

}  // namespace cone::node
