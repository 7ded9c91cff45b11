// The chain as the node sees it: events in order, actions to submit. Implementations: in memory (tests), Ethereum
// (bridge/adapter). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"
#include "cone/hash/records.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::node {

struct Seller {
    Address address;
    Hash32 shard_root;
};

struct PoolMember {
    Address address;
    std::uint32_t units = 1;
};

/// The terms the JobBoard holds about a job; read once, when it is Running.
struct JobTerms {
    JobId job;
    Address buyer;
    Hash32 spec_hash;
    Hash32 job_hash;
    Hash32 job_seed;
    Hash32 domain_separator;  ///< of the votes' EIP-712 domain
    std::uint32_t segments = 0;
    std::uint32_t lead = 0;
    job::Growth growth = job::Growth::Doubling;
    std::uint32_t min_size = 0;
    std::uint32_t c_num = 1;
    std::uint32_t c_den = 1;
    Wei escrow;
    std::vector<Seller> sellers;   ///< catalogue order: SellerIndex of the job
    std::vector<PoolMember> pool;  ///< the registry at the job's pool block
};

/// A vote ready for the contract.
struct SignedVote {
    std::uint32_t position = 0;  ///< within the attempt's own members
    Address executor;
    Hash32 digest;
    Hash32 witness;
    Hash32 salt;
    Bytes signature;  ///< r || vs, 64 bytes (EIP-2098)
    bool operator==(const SignedVote&) const = default;
};

// Actions: what the bridge asks of the chain. Each is delivered at most once, however often the node fails.
struct PostCommitments {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;  ///< the contract's number: epoch * 65536 + index (IJobBoard)
    std::vector<Address> members;
    std::vector<Hash32> commitments;  ///< by position; zero for a member that sent none
    Hash32 root;
};
struct CastVotes {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    std::vector<Address> members;
    std::vector<Hash32> commitments;
    std::vector<SignedVote> votes;
};
/// After the reveal window: count what is there.
struct CloseAttempt {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt{};  ///< the contract closes the newest; this tells one close from the next
};
/// Ends a job whose whole pool was asked for a segment in vain, once the segment before is final.
struct VoidExhausted {
    JobId job;
    SegmentIndex segment;
};
/// After the challenge window: make an accepted segment final.
struct Finalize {
    JobId job;
    SegmentIndex segment;
    std::vector<std::vector<Address>> members;  ///< of each attempt: the chain keeps their hash only
};
struct Settle {
    JobId job;
    Hash32 previous_digest;
    Hash32 state_root;
    Hash32 osmd_root;
    std::uint32_t metric_bp = 0;
    std::vector<std::uint32_t> accesses;
    Hash32 trace_root{};
    Hash32 spec_hash{};
    std::vector<Hash32> shards{};  ///< roots in catalogue order: with the spec hash they make the job hash
};
/// After a settlement with more executors than it pays at once: the next `count` of them.
struct PayExecutors {
    JobId job;
    std::uint32_t paid = 0;  ///< before this call: tells one portion from the next
    std::uint32_t count = 0;
};
struct ProveEquivocation {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    SignedVote first;
    SignedVote second;
};
/// A member's own commitment, by its own key: taken until votes are. Not the bridge's to send.
struct CommitDirect {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    std::vector<Address> members;  ///< of the attempt
    std::uint32_t position = 0;
    Hash32 commitment;
};
/// A vote whose witness is not what the opening of its digest gives. Refused before the segment is Final: it opens the digest in public.
struct ProveFalseWitness {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    SignedVote vote;
    hash::DigestOpening opening;
};
/// Somebody of the pool has a ticket right below that of the member at `position`, and the list left it out. Voids the job. Not the bridge's
/// to send: the list is its own.
struct ProveOmission {
    JobId job;
    SegmentIndex segment;
    AttemptIndex attempt;
    std::vector<Address> before;  ///< members of the attempt before; empty unless `position` is the first of a later attempt
    std::vector<Address> members;
    std::uint32_t position = 0;
    Address executor;
    bool operator==(const ProveOmission&) const = default;
};
using ChainAction = std::variant<PostCommitments, CastVotes, CloseAttempt, Finalize, Settle, ProveEquivocation, PayExecutors,
                                 VoidExhausted, ProveFalseWitness>;

// Events: what the contracts logged, in chain order.
struct CommitmentsPosted {
    SegmentIndex segment;
    AttemptIndex attempt;
    Hash32 root;
    std::uint64_t reveal_from_block = 0;   ///< first block in which votes are taken
    std::uint64_t reveal_until_block = 0;  ///< last one
};
/// A member committed by itself: this is what its vote has to open, whatever the root holds for it.
struct CommittedDirectly {
    SegmentIndex segment;
    AttemptIndex attempt;
    Address executor;
    Hash32 commitment;
};
/// A vote was taken, whoever brought it.
struct VoteCounted {
    SegmentIndex segment;
    AttemptIndex attempt;
    Address executor;
    Hash32 digest{};
    Hash32 witness{};
};
struct SegmentAccepted {
    SegmentIndex segment;
    Hash32 digest;
    std::uint32_t votes = 0;
    std::uint64_t final_from_block = 0;  ///< first block in which it can become Final
};
struct SegmentUndecided {
    SegmentIndex segment;
    AttemptIndex attempt;
};
struct SegmentFinal {
    SegmentIndex segment;
};
struct SegmentChallenged {
    SegmentIndex segment;
    Address challenger;
};
/// Why an executor lost stake; as the contract's enum Fault. The first is soft, the others are hard.
enum class ChainFault : std::uint8_t { NoReveal, FalseWitness, MinorityDigest, Equivocation };
struct ExecutorSlashed {
    Address executor;
    SegmentIndex segment;
    ChainFault fault = ChainFault::NoReveal;
    Wei amount;
};
struct CreditAdded {
    Address payee;
    Wei amount;
    std::string role;
};
struct JobSettled {
    bool met = false;
    std::uint32_t metric_bp = 0;
    Wei executors_wei{};  ///< theirs in all; what was not credited before this event is paid in portions (PayExecutors)
};
struct JobVoided {
    std::string reason;
};
/// An action the chain refused for good; `action` is the name of its type ("CastVotes"), `reason` the contract's error by name.
struct ActionRefused {
    std::string action;
    std::string reason;
    SegmentIndex segment;
};
/// The event's block and all above it left the chain, and with them events that were told. What takes their place is told behind this.
struct BlocksReverted {};
using ChainEventBody =
    std::variant<CommitmentsPosted, CommittedDirectly, VoteCounted, SegmentAccepted, SegmentUndecided, SegmentFinal,
                 SegmentChallenged, ExecutorSlashed, CreditAdded, JobSettled, JobVoided, ActionRefused, BlocksReverted>;
struct ChainEvent {
    std::uint64_t block = 0;
    Hash32 transaction;
    ChainEventBody body;
};

/// What one mined transaction of ours cost.
struct TransactionCost {
    std::string call;
    std::string detail;
    Hash32 transaction;
    std::uint64_t block = 0;
    std::uint64_t gas = 0;
};

/// The port. Non-blocking: `submit` queues and returns; outcomes arrive as events. One job a Chain object.
/// Throws RpcError only after the outage limit; ChainError never (a refusal is an ActionRefused event).
class Chain {
public:
    virtual ~Chain() = default;
    [[nodiscard]] virtual JobTerms terms() = 0;
    /// Events since the last call, in chain order.
    [[nodiscard]] virtual std::vector<ChainEvent> poll() = 0;
    /// Whether `poll` has read everything up to the head it last saw: what happened before this process is known then.
    [[nodiscard]] virtual bool caught_up() { return true; }
    /// Whether an action of ours was mined or refused since the last `poll`: worth a look before the usual time. Asks nobody.
    [[nodiscard]] virtual bool has_news() { return false; }
    virtual void submit(const ChainAction& action) = 0;
    /// Number of the newest block seen.
    [[nodiscard]] virtual std::uint64_t head() = 0;
    /// Everything this node paid for so far, as far as it is known.
    [[nodiscard]] virtual std::vector<TransactionCost> costs() = 0;
};

/// Signs votes with one executor's key (EIP-712, docs/protocol.md 2.4).
class VoteSigner {
public:
    virtual ~VoteSigner() = default;
    [[nodiscard]] virtual Address address() const = 0;
    /// r || vs, 64 bytes.
    [[nodiscard]] virtual Bytes sign_vote(const Hash32& domain_separator, JobId job, SegmentIndex segment, AttemptIndex attempt,
                                          const Hash32& digest, const Hash32& witness) const = 0;
};

/// Recovers who signed a vote; nothing when the signature is malformed. The bridge checks reveals with it before paying gas.
class VoteVerifier {
public:
    virtual ~VoteVerifier() = default;
    [[nodiscard]] virtual std::optional<Address> recover(const Hash32& domain_separator, JobId job, SegmentIndex segment,
                                                         AttemptIndex attempt, const Hash32& digest, const Hash32& witness,
                                                         ByteSpan signature) const = 0;
};

}  // namespace cone::node
