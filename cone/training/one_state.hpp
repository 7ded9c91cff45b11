// Whether all ranks of a team hold the same state: before it costs a round, and before it costs a vote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/comm/communicator.hpp"
#include "cone/training/round.hpp"

namespace cone::training {

/// Compares universal hashes of weights, distribution and accesses, keyed by `seed`, which nobody knew when the state was made; one
/// pass over the state and 24 bytes a rank. Collective. Throws CommError naming the ranks that differ from rank 0: memory or
/// hardware of one of them is at fault, or it was given another state.
void require_one_state(comm::Communicator& team, const Hash32& seed, const LiveState& state);

}  // namespace cone::training
