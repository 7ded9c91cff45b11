// What bridge and executors say to each other inside one MPI job, and its bytes (Boost.Serialization in a bounded envelope).
// SPDX-License-Identifier: Apache-2.0
//
//     bridge                                   executor
//       |--- Welcome --------------------------->|     the job
//       | <-- Join or Refused -------------------|     after the profile's probe
//       |--- RunSegment ------------------------>|
//       | <-- Progress ... ----------------------|     after each round
//       | <-- Commitment ------------------------|
//       |--- RootPosted ------------------------>|     the root is in a block, commitments are still taken
//       |--- CommitmentsOnChain ---------------->|     none is taken any more
//       | <-- Reveal ----------------------------|
//       |--- SegmentAgreed --------------------->|     keep this state, drop the others
//       |--- Stop ------------------------------>|
//       | <-- Goodbye ---------------------------|
//
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/hash/records.hpp"
#include "cone/training/segment.hpp"

namespace cone::node {

// Bridge to executor.

/// The job and its terms, as the executor must know them to run and to vote.
struct Welcome {
    JobId job;
    Hash32 spec_hash;
    Hash32 job_hash;
    Hash32 job_seed;
    Hash32 domain_separator;
    Bytes spec;                       ///< canonical bytes of the job spec
    std::vector<Hash32> shard_roots;  ///< the sellers', in catalogue order
    bool operator==(const Welcome&) const = default;
};
struct RunSegment {
    SegmentIndex segment;
    AttemptIndex attempt;        ///< the contract's number
    std::uint32_t position = 0;  ///< of the executor in the set, over all attempts
    Hash32 previous_digest;
    hash::SealedOpening previous;  ///< opens previous_digest; all zero for segment 0
    Hash32 leading_digest;         ///< of the attempts before, as the chain shows it to everybody; zero in the first
    bool operator==(const RunSegment&) const = default;
};
/// The commitments' root is in a block, and nobody can commit any more. The lists let each member see that its own commitment is under that root.
struct CommitmentsOnChain {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 root;
    std::vector<Address> members;
    std::vector<Hash32> commitments;
    bool operator==(const CommitmentsOnChain&) const = default;
};
/// The same list as soon as its root is in a block, while commitments are still taken: who is missing can commit by itself. No reason
/// to show a vote.
struct RootPosted {
    CommitmentsOnChain list;
    bool operator==(const RootPosted&) const = default;
};
struct SegmentAgreed {
    SegmentIndex segment;
    Hash32 digest;
    bool operator==(const SegmentAgreed&) const = default;
};
struct Stop {
    std::string reason;
    std::uint32_t all_alive = 1;  ///< 0: some rank is dead or unheard of, so nobody may call MPI_Finalize
    bool operator==(const Stop&) const = default;
};
using ToExecutor = std::variant<Welcome, RunSegment, CommitmentsOnChain, SegmentAgreed, Stop, RootPosted>;

// Executor to bridge.

struct Join {
    Address address;
    bool operator==(const Join&) const = default;
};
struct Refused {
    std::string reason;
    bool operator==(const Refused&) const = default;
};
struct Progress {
    SegmentIndex segment;
    std::uint32_t round = 0;
    std::uint32_t metric_bp = 0;
    std::string phase;  ///< "started": the order has come, nothing else is known yet; "training": after a round
    bool operator==(const Progress&) const = default;
};
struct Commitment {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 commitment;
    bool operator==(const Commitment&) const = default;
};
struct Reveal {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 digest;
    Hash32 witness;
    Hash32 salt;
    Bytes signature;
    hash::DigestOpening opening;  ///< of the digest; not part of the vote
    std::vector<training::RoundTrace> trace;
    double training_seconds = 0;
    double digest_seconds = 0;
    bool operator==(const Reveal&) const = default;
};
/// This executor cannot go on with the segment (or at all).
struct Failed {
    SegmentIndex segment;
    std::string reason;
    bool operator==(const Failed&) const = default;
};
struct Goodbye {
    bool operator==(const Goodbye&) const = default;
};
using ToBridge = std::variant<Join, Refused, Progress, Commitment, Reveal, Failed, Goodbye>;

/// What a node writes down to go on after its process died (notebook.hpp). The bridge keeps the list under each root that it posts and
/// the votes it was shown; an executor keeps the reveals it will owe: without a signature while nobody was shown them.
using Note = std::variant<CommitmentsOnChain, Reveal>;

/// Bounds: what a message may hold before anything of its size is allocated.
inline constexpr std::size_t kMaxText = 4096;
inline constexpr std::size_t kMaxSpecBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxListLength = std::size_t{1} << 16;

[[nodiscard]] Bytes encode(const ToExecutor& message);
[[nodiscard]] Bytes encode(const ToBridge& message);
[[nodiscard]] Bytes encode(const Note& note);
/// Throws DataError on anything that `encode` did not write: other kind, cut, too long, above a bound, bytes left over.
[[nodiscard]] ToExecutor decode_to_executor(ByteSpan bytes);
[[nodiscard]] ToBridge decode_to_bridge(ByteSpan bytes);
[[nodiscard]] Note decode_note(ByteSpan bytes);

}  // namespace cone::node
