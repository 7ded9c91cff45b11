// The receipt: all that a stranger needs, beside the data, to check a job offline (cone verify).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/training/segment.hpp"

namespace cone::report {

inline constexpr int kReceiptSchemaVersion = 2;

struct ReceiptSeller {
    Address address;
    Hash32 shard_root;
    bool operator==(const ReceiptSeller&) const = default;
};

/// One executor of the job's pool: what the draw is recomputed from.
struct ReceiptExecutor {
    Address address;
    std::uint32_t units = 1;
    bool operator==(const ReceiptExecutor&) const = default;
};

/// A vote as it was delivered to the contract; `signature` is r || vs (EIP-2098).
struct ReceiptVote {
    std::uint32_t position = 0;  ///< in the attempt's own member list
    Address executor;
    Hash32 digest;
    Hash32 witness;
    Hash32 salt;
    Bytes signature;
    bool operator==(const ReceiptVote&) const = default;
};

struct ReceiptAttempt {
    AttemptIndex number;  ///< the contract's: epoch * 65,536 + index within the segment
    std::vector<Address> members;
    std::vector<Hash32> commitments;  ///< by position; zero: none came
    Hash32 commitments_root;
    std::vector<Hash32> direct;  ///< by position, what members committed to by themselves; zero: nothing. Empty: nobody did
    std::vector<ReceiptVote> votes;
    bool operator==(const ReceiptAttempt&) const = default;
};

struct ReceiptSegment {
    SegmentIndex index;
    Hash32 previous_digest;
    hash::DigestOpening opening;
    Hash32 digest;                 ///< the accepted one; zero when none was, then the opening is empty
    std::uint32_t challenges = 0;  ///< attempts that a challenge asked for, after a lead had been reached
    std::vector<ReceiptAttempt> attempts;
    std::vector<training::RoundTrace> trace;
    bool operator==(const ReceiptSegment&) const = default;
};

struct Receipt {
    JobId job;
    std::uint64_t chain_id = 0;
    Address job_board;  ///< verifying contract of the votes' EIP-712 domain
    Hash32 domain_separator;
    Hash32 job_seed;
    Hash32 spec_hash;
    Hash32 job_hash;
    Bytes spec;  ///< canonical bytes
    std::vector<ReceiptSeller> sellers;
    std::vector<ReceiptExecutor> pool;
    std::vector<ReceiptSegment> segments;
    bool operator==(const Receipt&) const = default;
};

}  // namespace cone::report
