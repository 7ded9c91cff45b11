// Votes with their signatures, out of the transactions that brought them: the board's log has digest, witness and executors only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bridge/contracts/deployment.hpp"
#include "bridge/rpc/client.hpp"
#include "cone/node/witness_watch.hpp"

namespace cone::adapter {

/// The votes for `digest` that the board took for a segment, each recovered from its signature: what is not its executor's is left
/// out. Votes that came through another contract are not seen. Throws as Client does, and RpcError when the node lacks a transaction
/// that it logged.
[[nodiscard]] std::vector<node::CastVote> cast_votes(rpc::Client& client, const contracts::Deployment& deployment,
                                                     const node::JobTerms& terms, SegmentIndex segment, const Hash32& digest);

/// The same of one transaction's bytes; nothing when they are no castVotes of this job and segment.
[[nodiscard]] std::vector<node::CastVote> votes_in(ByteSpan input, const node::JobTerms& terms, SegmentIndex segment,
                                                   const Hash32& digest);

}  // namespace cone::adapter
