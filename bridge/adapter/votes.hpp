// Votes signed and recovered as the JobBoard does it: the ports of cone/node on EIP-712.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/eth/key.hpp"
#include "cone/node/chain.hpp"

namespace cone::adapter {

class KeyVoteSigner final : public node::VoteSigner {
public:
    explicit KeyVoteSigner(eth::SecretKey key) : key_(std::move(key)) {}
    [[nodiscard]] Address address() const override { return key_.address(); }
    [[nodiscard]] Bytes sign_vote(const Hash32& domain_separator, JobId job, SegmentIndex segment, AttemptIndex attempt,
                                  const Hash32& digest, const Hash32& witness) const override;

private:
    eth::SecretKey key_;
};

class EthVoteVerifier final : public node::VoteVerifier {
public:
    [[nodiscard]] std::optional<Address> recover(const Hash32& domain_separator, JobId job, SegmentIndex segment,
                                                 AttemptIndex attempt, const Hash32& digest, const Hash32& witness,
                                                 ByteSpan signature) const override;
};

}  // namespace cone::adapter
