// A vote's life at both ends: prepared under a commitment, bound by the root on chain, opened in the reveal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cone/node/chain.hpp"
#include "cone/node/messages.hpp"

namespace cone::node {

/// What names the job in every vote.
struct VoteDomain {
    Hash32 separator;
    JobId job;
};

struct PreparedVote {
    SegmentIndex segment;
    AttemptIndex attempt;
    Address executor;
    Hash32 digest;
    Hash32 witness;
    Hash32 salt;
};

/// 32 bytes from the operating system's generator. Throws EnvironmentError when there is none.
[[nodiscard]] Hash32 random_salt();

/// Record 0x04 over the vote.
[[nodiscard]] Hash32 commitment_of(const VoteDomain& domain, const PreparedVote& vote);

/// List root over the members' commitments (docs/protocol.md 2.4). Both lists are equally long and not empty.
[[nodiscard]] Hash32 commitments_root(std::span<const Address> members, std::span<const Hash32> commitments);

/// INVARIANT: a vote is shown only when this holds: the root on chain covers `executor`'s own commitment, so nobody who has not
/// committed yet can still copy it into the same attempt.
[[nodiscard]] bool binds(const CommitmentsOnChain& posted, const Address& executor, const Hash32& commitment);

}  // namespace cone::node
