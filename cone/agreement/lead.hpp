// The stopping rule: accept the best digest once it leads by L votes (docs/protocol.md 2.3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "cone/base/bytes.hpp"

namespace cone::agreement {

/// L = ceil(ln((1 - beta) / beta) / ln((1 - f) / f)): with at most a share f of faulty executors a wrong digest reaches this
/// lead with probability at most beta / (1 - beta). A sequential probability ratio test (Wald 1945; YODA's MiRACLE, NDSS'19).
/// f and beta in (0, 1/2). A ratio within 1e-9 of an integer counts as that integer.
[[nodiscard]] std::uint32_t required_lead(double fault_share, double error_target);

/// Best and second best digest over all attempts of a segment.
struct Standing {
    Hash32 best;  ///< zero before the first vote; of equals the one that got there first
    std::uint32_t best_votes = 0;
    std::uint32_t second_votes = 0;  ///< 0 while there is no second digest
    [[nodiscard]] std::uint32_t lead() const { return best_votes - second_votes; }
    bool operator==(const Standing&) const = default;
};

enum class Verdict { Accepted, Undecided, Void };

/// Where a segment stands when a verdict is asked for.
struct VerdictInput {
    Standing standing;
    std::uint32_t required_lead = 0;  ///< L > 0
    std::uint32_t outstanding = 0;    ///< votes that may still come in the newest attempt; 0 once it is closed
    std::uint32_t members = 0;        ///< asked so far, all attempts
    std::uint32_t pool = 0;           ///< executors there are
};

/// Accepted as soon as the lead cannot fall below L even if all outstanding votes go to the second; nothing while they could
/// still decide; then Undecided, or Void when nobody is left to ask. The contract JobBoard decides by the same rule.
[[nodiscard]] std::optional<Verdict> verdict(const VerdictInput& input);

}  // namespace cone::agreement
