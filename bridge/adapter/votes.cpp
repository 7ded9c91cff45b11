// EIP-712 votes for the node's ports.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/votes.hpp"

#include "bridge/eth/typed_data.hpp"

namespace cone::adapter {

Bytes KeyVoteSigner::sign_vote(const Hash32& domain_separator, JobId job, SegmentIndex segment, AttemptIndex attempt,
                               const Hash32& digest, const Hash32& witness) const {
    return eth::sign_vote(domain_separator, {job, segment, attempt, digest, witness}, key_);
}

std::optional<Address> EthVoteVerifier::recover(const Hash32& domain_separator, JobId job, SegmentIndex segment,
                                                AttemptIndex attempt, const Hash32& digest, const Hash32& witness,
                                                ByteSpan signature) const {
    return eth::recover_voter(domain_separator, {job, segment, attempt, digest, witness}, signature);
}

}  // namespace cone::adapter
