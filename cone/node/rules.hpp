// A job's terms applied: the order of its pool for a segment, and the size of the next execution set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/node/chain.hpp"

namespace cone::node {

/// The whole pool in ascending ticket order for a segment (docs/protocol.md 2.2): every execution set is a prefix of it.
[[nodiscard]] std::vector<Address> ticket_order(const JobTerms& terms, SegmentIndex segment, const Hash32& previous_digest);

/// Total size of the set after attempt `index`, capped by the pool (docs/protocol.md 2.3). `total` were asked so far.
[[nodiscard]] std::uint32_t set_size_after(const JobTerms& terms, std::uint32_t index, std::uint32_t total,
                                           std::uint32_t lead_now);

}  // namespace cone::node
