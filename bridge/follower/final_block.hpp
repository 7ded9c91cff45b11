// The newest block that can no longer change, as a node tells it or as a depth says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "bridge/rpc/calls.hpp"

namespace cone::follower {

/// The block tagged `finalized`. Where a node has no such tag, or leaves it at block 0 as development nodes do, the block `depth` below
/// its newest one; nothing while the chain is shorter than that. The header's hash is its own.
[[nodiscard]] std::optional<rpc::BlockHeader> final_block(rpc::Client& client, std::uint64_t depth);

}  // namespace cone::follower
