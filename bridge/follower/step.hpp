// What happened to the chain, one block at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "bridge/rpc/types.hpp"

namespace cone::follower {

using rpc::BlockRef;

/// The next block of the chain; `logs` by index, possibly none. While catching up over final blocks, those without logs are left out.
struct BlockApplied {
    BlockRef block;
    std::uint64_t timestamp = 0;  ///< seconds, the chain's time
    std::vector<rpc::Log> logs;
};
/// The newest applied block is no longer part of the chain: take its effects back.
struct BlockReverted {
    BlockRef block;
};
using Step = std::variant<BlockApplied, BlockReverted>;

}  // namespace cone::follower
