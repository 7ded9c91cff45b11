// The tagged records of docs/protocol.md section 2: one function a record, the same bytes as the contracts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"

namespace cone::hash {

/// First byte of every preimage (docs/protocol.md 2).
enum class Tag : std::uint8_t {
    Leaf = 0x00,
    Node = 0x01,
    JobHash = 0x02,
    Digest = 0x03,
    Commitment = 0x04,
    Accesses = 0x05,
    Osmd = 0x06,
    Spec = 0x07,
    SegmentSeed = 0x08,
    Ticket = 0x09,
    Witness = 0x0a,
    Data = 0x0b,
    JobSeed = 0x0c,
    AttemptSeed = 0x0d,
    BytesRoot = 0x0e,
    ListRoot = 0x0f,
    TraceSeal = 0x10,
};

/// Everything a segment's digest commits to (record 0x03).
struct DigestOpening {
    Hash32 job_hash;
    SegmentIndex segment;
    Hash32 previous_digest;
    Hash32 state_root;
    Hash32 osmd_root;
    std::uint32_t metric_bp = 0;
    Hash32 accesses_root;
    Hash32 trace_root;  ///< of the segment's rounds (trace::trace_root): known to who executed it, until the digest is opened
    auto operator<=>(const DigestOpening&) const = default;
};

/// The same for who takes over the state that a digest names: its trace root stays hidden, or the next segment's members could
/// make witnesses of this one without having worked.
struct SealedOpening {
    Hash32 job_hash;
    SegmentIndex segment;
    Hash32 previous_digest;
    Hash32 state_root;
    Hash32 osmd_root;
    std::uint32_t metric_bp = 0;
    Hash32 accesses_root;
    Hash32 trace_seal;
    auto operator<=>(const SealedOpening&) const = default;
};

/// What a commitment hides (record 0x04).
struct CommitmentOpening {
    Hash32 domain_separator;
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    Address executor;
    Hash32 digest;
    Hash32 witness;
    Hash32 salt;
};

[[nodiscard]] Hash32 spec_hash(ByteSpan canonical_spec);
[[nodiscard]] Hash32 data_hash(std::span<const Hash32> shard_roots);
[[nodiscard]] Hash32 job_hash(const Hash32& spec_hash, const Hash32& data_hash);
[[nodiscard]] Hash32 trace_seal(const Hash32& trace_root);
[[nodiscard]] SealedOpening seal(const DigestOpening& opening);
[[nodiscard]] Hash32 segment_digest(const SealedOpening& opening);
[[nodiscard]] Hash32 segment_digest(const DigestOpening& opening);
[[nodiscard]] Hash32 commitment(const CommitmentOpening& opening);
[[nodiscard]] Hash32 commitment_leaf(const Address& executor, const Hash32& commitment);
[[nodiscard]] Hash32 accesses_root(std::span<const std::uint32_t> accesses);
[[nodiscard]] Hash32 osmd_root(ByteSpan canonical_distribution);
[[nodiscard]] Hash32 job_seed(const Hash32& prev_randao, JobId job);
[[nodiscard]] Hash32 segment_seed(const Hash32& job_seed, const Hash32& previous_digest);
[[nodiscard]] Hash32 ticket(const Hash32& segment_seed, JobId job, SegmentIndex segment, const Address& executor,
                            std::uint32_t unit);
[[nodiscard]] Hash32 attempt_seed(const Hash32& segment_seed, AttemptIndex attempt);
/// What a member of the attempt shows for its work: nobody can make it without the trace root, nor take it from another attempt.
[[nodiscard]] Hash32 witness(const Hash32& attempt_seed, const Hash32& trace_root);

}  // namespace cone::hash
