// Votes signed with a keyed hash instead of a curve: for tests of everything that is not cryptography.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cone/hash/keccak.hpp"
#include "cone/node/chain.hpp"

namespace cone::test {

/// 64 bytes: a keyed hash over the vote, the signer's address, zeros.
inline Bytes fake_signature(const Address& signer, const Hash32& domain, JobId job, SegmentIndex segment, AttemptIndex attempt,
                            const Hash32& digest, const Hash32& witness) {
    Bytes message{'k', 'e', 'y'};
    append(message, signer);
    append(message, domain);
    append_big_endian(message, job.value);
    append_big_endian(message, segment.value);
    append_big_endian(message, attempt.value);
    append(message, digest);
    append(message, witness);
    Bytes signature;
    append(signature, hash::keccak256(message));
    append(signature, signer);
    signature.resize(64, 0);
    return signature;
}

class FakeSigner final : public node::VoteSigner {
public:
    explicit FakeSigner(Address address) : address_(address) {}
    [[nodiscard]] Address address() const override { return address_; }
    [[nodiscard]] Bytes sign_vote(const Hash32& domain, JobId job, SegmentIndex segment, AttemptIndex attempt,
                                  const Hash32& digest, const Hash32& witness) const override {
        return fake_signature(address_, domain, job, segment, attempt, digest, witness);
    }

private:
    Address address_;
};

class FakeVerifier final : public node::VoteVerifier {
public:
    [[nodiscard]] std::optional<Address> recover(const Hash32& domain, JobId job, SegmentIndex segment, AttemptIndex attempt,
                                                 const Hash32& digest, const Hash32& witness,
                                                 ByteSpan signature) const override {
        if (signature.size() != 64) {
            return std::nullopt;
        }
        Address signer;
        std::copy_n(signature.begin() + 32, Address::kSize, signer.bytes.begin());
        const Bytes expected = fake_signature(signer, domain, job, segment, attempt, digest, witness);
        return std::equal(signature.begin(), signature.end(), expected.begin()) ? std::optional(signer) : std::nullopt;
    }
};

}  // namespace cone::test
