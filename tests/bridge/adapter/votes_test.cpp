// The vote ports on a curve: what is signed is recovered, what is touched is not.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/votes.hpp"

#include <gtest/gtest.h>

#include "bridge/eth/key_source.hpp"
#include "tests/bridge/adapter/values.hpp"

namespace cone::adapter {
namespace {

const KeyVoteSigner& signer() {
    static const KeyVoteSigner made(eth::dev_key(3, eth::kAnvilChainId));
    return made;
}

Bytes signature() {
    return signer().sign_vote(hash_of(1), JobId(2), SegmentIndex(3), AttemptIndex(65536), hash_of(4), hash_of(5));
}

std::optional<Address> recover(const Bytes& bytes, AttemptIndex attempt = AttemptIndex(65536)) {
    return EthVoteVerifier().recover(hash_of(1), JobId(2), SegmentIndex(3), attempt, hash_of(4), hash_of(5), bytes);
}

TEST(VotePorts, RecoverTheSigner) {
    EXPECT_EQ(signature().size(), 64u);
    EXPECT_EQ(recover(signature()), signer().address());
}

TEST(VotePorts, DoNotRecoverTheSignerOfAnotherVote) {
    EXPECT_NE(recover(signature(), AttemptIndex(0)), signer().address());
    const EthVoteVerifier verifier;
    EXPECT_NE(verifier.recover(hash_of(9), JobId(2), SegmentIndex(3), AttemptIndex(65536), hash_of(4), hash_of(5), signature()),
              signer().address());
    EXPECT_NE(verifier.recover(hash_of(1), JobId(2), SegmentIndex(3), AttemptIndex(65536), hash_of(5), hash_of(4), signature()),
              signer().address());
}

TEST(VotePorts, RefuseBytesThatAreNoSignature) {
    EXPECT_FALSE(recover({}));
    EXPECT_FALSE(recover(Bytes(64)));
    EXPECT_FALSE(recover(Bytes(64, 0xff)));
    Bytes longer = signature();
    longer.push_back(0);
    EXPECT_FALSE(recover(longer));
}

TEST(VotePorts, NeverTakeAFlippedBitForTheSigner) {
    for (std::size_t i = 0; i < 64; ++i) {
        Bytes changed = signature();
        changed[i] ^= 0x01;
        EXPECT_NE(recover(changed), signer().address()) << i;
    }
}

}  // namespace
}  // namespace cone::adapter
