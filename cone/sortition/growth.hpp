// How large an execution set is after each attempt (docs/protocol.md 2.3); the contract computes the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "cone/base/ids.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::sortition {

/// JobBoard.MAX_SET: so the end of a segment, however often it was challenged, fits one transaction.
inline constexpr std::uint32_t kMaxSet = 160;

/// How many of a pool's executors a segment can ask: GrowthInput.pool of a job on chain.
[[nodiscard]] constexpr std::uint32_t most_members(std::size_t pool) {
    return pool < kMaxSet ? static_cast<std::uint32_t>(pool) : kMaxSet;
}

/// Where a segment stands when a set is asked for.
struct GrowthInput {
    AttemptIndex attempt;     ///< to be drawn: its index within the segment (low 16 bits of the contract's number)
    std::uint32_t total = 0;  ///< members asked so far; 0 for attempt 0
    std::uint32_t lead = 0;   ///< votes of the best digest minus those of the second
    std::uint32_t pool = 0;   ///< executors there are; no set is larger
};

/// Total size of the set after `input.attempt`; larger than input.total unless the pool is exhausted. Policy `lead` asks for
/// the whole lead again when nothing of it is missing, which happens only under a challenge.
[[nodiscard]] std::uint32_t next_total(const job::AgreementSpec& spec, const GrowthInput& input);

}  // namespace cone::sortition
