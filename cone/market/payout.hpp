// Who is paid what when a job ends: whole wei, every wei accounted for (docs/protocol.md, design 2.6).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/wei.hpp"

namespace cone::market {

/// Splits `total` in proportion to `weights` by largest remainder: floor(total * w / sum) each, then one wei more for the
/// largest remainders, ties to the lower index. Adds up to `total`; all zero when the weights are. The contracts compute the
/// same (tests/vectors/apportion.json). Throws std::overflow_error when total * sum of weights exceeds 128 bits.
[[nodiscard]] std::vector<Wei> apportion(Wei total, std::span<const std::uint64_t> weights);

/// What a job's end is decided from.
struct SettlementInput {
    Wei escrow;
    std::uint32_t executor_share_bp = 0;      ///< of the escrow, at most 10,000
    std::uint32_t metric_bp = 0;              ///< of the last digest
    std::uint32_t threshold_bp = 0;           ///< tau
    std::span<const std::uint64_t> accesses;  ///< one entry a seller
    std::span<const std::uint64_t> votes;     ///< votes for accepted digests, one entry an executor
};

struct Settlement {
    bool met = false;          ///< metric >= tau: Settled; otherwise Unmet
    std::vector<Wei> sellers;  ///< all zero when not met
    std::vector<Wei> executors;
    Wei refund;  ///< to the buyer; sellers + executors + refund = escrow
    bool operator==(const Settlement&) const = default;
};

/// Sellers share floor(escrow * (10,000 - executor_share_bp) / 10,000) by accesses, executors the rest by votes. A share that
/// nobody earned, and the sellers' share below tau, goes back to the buyer.
[[nodiscard]] Settlement settle(const SettlementInput& input);

}  // namespace cone::market
