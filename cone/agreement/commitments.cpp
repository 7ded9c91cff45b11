// Roots, proofs and openings of commitments.
// SPDX-License-Identifier: Apache-2.0
#include "cone/agreement/commitments.hpp"

#include <vector>

#include "cone/base/errors.hpp"

namespace cone::agreement {
namespace {

std::vector<Hash32> leaves_of(std::span<const MemberCommitment> members) {
    CONE_ASSERT(!members.empty(), "an attempt has members");
    std::vector<Hash32> leaves;
    for (const MemberCommitment& member : members) {
        leaves.push_back(hash::commitment_leaf(member.executor, member.commitment));
    }
    return leaves;
}

}  // namespace

Hash32 commitments_root(std::span<const MemberCommitment> members) {
    return hash::list_root(leaves_of(members));
}

hash::MerkleProof prove_commitment(std::span<const MemberCommitment> members, std::uint32_t position) {
    CONE_ASSERT(position < members.size(), "no member at this position");
    return hash::prove(leaves_of(members), position);
}

bool verify_commitment(const Hash32& root, const MemberCommitment& member, const hash::MerkleProof& proof) {
    return hash::verify_in_list(root, hash::commitment_leaf(member.executor, member.commitment), proof);
}

Reveal check_reveal(const Hash32& commitment, const hash::CommitmentOpening& opening) {
    if (commitment.is_zero()) {
        return Reveal::NothingCommitted;
    }
    if (opening.digest.is_zero()) {
        return Reveal::ZeroDigest;
    }
    return hash::commitment(opening) == commitment ? Reveal::Opens : Reveal::DoesNotOpen;
}

}  // namespace cone::agreement
