// Votes as EIP-712 typed data (docs/protocol.md 2.4): what an executor signs and the JobBoard recovers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/eth/key.hpp"
#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"

namespace cone::eth {

inline constexpr std::string_view kDomainName = "CONE";
inline constexpr std::string_view kDomainVersion = "1";
inline constexpr std::string_view kVoteType = "Vote(uint64 jobId,uint32 segment,uint32 attempt,bytes32 digest,bytes32 witness)";

struct Vote {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 digest;
    Hash32 witness;
};

[[nodiscard]] Hash32 domain_separator(std::uint64_t chain_id, const Address& job_board);
/// H(typeHash || fields), the hash of the struct alone.
[[nodiscard]] Hash32 struct_hash(const Vote& vote);
/// H(0x1901 || domain || struct): what is signed.
[[nodiscard]] Hash32 signing_hash(const Hash32& domain_separator, const Vote& vote);

/// r || vs, 64 bytes (EIP-2098).
[[nodiscard]] Bytes sign_vote(const Hash32& domain_separator, const Vote& vote, const SecretKey& key);
/// Who signed; nothing when the bytes are no signature, or its s is high.
[[nodiscard]] std::optional<Address> recover_voter(const Hash32& domain_separator, const Vote& vote, ByteSpan signature);

}  // namespace cone::eth
