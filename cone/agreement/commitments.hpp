// Commit first, reveal later (docs/protocol.md 2.4): the list of an attempt's commitments and the check of a reveal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cone/base/bytes.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/hash/records.hpp"

namespace cone::agreement {

/// What one new member of an attempt sent; a zero commitment stands for none, and nothing opens it.
struct MemberCommitment {
    Address executor;
    Hash32 commitment;
    auto operator<=>(const MemberCommitment&) const = default;
};

/// List root over the attempt's new members in ticket order; not empty.
[[nodiscard]] Hash32 commitments_root(std::span<const MemberCommitment> members);

/// Proof of the member at `position` under that root.
[[nodiscard]] hash::MerkleProof prove_commitment(std::span<const MemberCommitment> members, std::uint32_t position);

/// True when `member` stands at `proof.index` under `root`. False on any wrong shape; never throws.
[[nodiscard]] bool verify_commitment(const Hash32& root, const MemberCommitment& member, const hash::MerkleProof& proof);

enum class Reveal { Opens, NothingCommitted, ZeroDigest, DoesNotOpen };

/// Whether `opening` is what `commitment` hides.
[[nodiscard]] Reveal check_reveal(const Hash32& commitment, const hash::CommitmentOpening& opening);

}  // namespace cone::agreement
