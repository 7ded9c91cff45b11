// A block's header as the bytes whose hash is the block's hash: proof of any of its fields to a contract.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/rpc/types.hpp"

namespace cone::rpc {

/// RLP of the header (Yellow Paper 4.4 and the forks' additions). JobBoard.fixSeed takes it as proof of prevRandao.
/// Throws CallFailed (BadResult) when its Keccak-256 is not `header.hash`: the node lied or knows a fork that we do not.
[[nodiscard]] Bytes header_rlp(const BlockHeader& header);

/// Keccak-256 of the header's fields, whatever `header.hash` says.
[[nodiscard]] Hash32 header_hash(const BlockHeader& header);

/// Throws as header_rlp: nothing in a header counts whose hash is not its own.
void require_own_hash(const BlockHeader& header);

}  // namespace cone::rpc
