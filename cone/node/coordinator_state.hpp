// What the bridge knows about a running job: executors, segments, attempts. Plain data; the rules are in the functions around
// it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cone/base/clock.hpp"
#include "cone/node/chain.hpp"
#include "cone/node/messages.hpp"

namespace cone::node {

enum class Standing { Unknown, Joined, Refused, Lost };

/// One executor of this run, by its number (order of the ranks).
struct ExecutorView {
    Address address;  ///< zero until it joined
    Standing standing = Standing::Unknown;
    bool responsive = true;  ///< false after a missed deadline, until it is heard again: it is asked, but nobody waits
    std::string reason;      ///< why it was refused or lost
    [[nodiscard]] bool available() const { return standing == Standing::Joined && responsive; }
};

struct MemberView {
    Address address;
    std::optional<std::size_t> executor;  ///< its number, when it takes part in this run
    bool awaited = false;                 ///< the present phase still waits for it
    Hash32 commitment;                    ///< under the root; zero: none came
    std::optional<Hash32> direct;         ///< sent by itself: what its vote has to open then
    Millis committed_at{};
    std::optional<Reveal> reveal;          ///< the vote that opens the commitment, cast with the others or counted by the chain
    std::optional<Reveal> late_reveal;     ///< one that came when the others had been cast: the chain decides whether it counts
    std::vector<SignedVote> signed_votes;  ///< distinct ones it signed; two are an equivocation
    std::optional<VoteCounted> counted;    ///< what the chain took from it, whoever brought it
    [[nodiscard]] bool has_committed() const { return direct || !commitment.is_zero(); }
};

///     Training --all in or deadline--> Sealed --previous segment stands--> Posting --event--> OnChain --window opens-->
///     Revealing --all in or deadline--> Cast --event--> Decided
enum class Phase { Training, Sealed, Posting, OnChain, Revealing, Cast, Decided };

struct Attempt {
    AttemptIndex number;               ///< the contract's
    std::uint32_t first_position = 0;  ///< of its members in the set
    std::vector<MemberView> members;
    Phase phase = Phase::Training;
    Deadline deadline;  ///< of Training and Revealing
    Hash32 root;
    std::uint64_t reveal_from_block = 0;
    std::uint64_t reveal_until_block = 0;
    std::uint64_t not_before_head = 0;  ///< a refused call is tried again above this block
    bool close_submitted = false;
    bool adopted = false;  ///< posted before this bridge's time: only what the chain counted is known to count
    bool missed = false;   ///< the window closed before its votes were in a block: no other votes count any more
    Millis started{};
    Millis sealed{};
    Millis revealed{};  ///< when members were told to reveal
    Millis cast{};
    Millis decided{};
};

struct SegmentRun {
    SegmentIndex index;
    std::uint16_t epoch = 0;  ///< high half of its attempts' numbers (IJobBoard)
    Hash32 previous_digest;
    hash::SealedOpening previous;  ///< opens previous_digest; zero for segment 0
    std::vector<Address> order;    ///< the whole pool in ticket order
    std::vector<Attempt> attempts;
    std::optional<Hash32> expected;  ///< verdict by our own count, before the chain said so
    std::optional<Hash32> verdict;   ///< the chain's, the only one that counts
    bool standing = false;           ///< has a verdict that is not challenged
    std::uint32_t challenges = 0;    ///< attempts that a challenge asked for
    bool is_final = false;
    bool finalize_submitted = false;
    bool exhausted = false;  ///< undecided, and the whole pool was asked: void once the segment before is final
    bool void_submitted = false;
    std::uint64_t final_from_block = 0;
    std::uint64_t not_before_head = 0;
    Millis started{};
    Millis decided{};
};

enum class RunStatus { Joining, Running, Settled, Unmet, Void, Failed };

struct CoordinatorOptions {
    std::size_t executors = 0;  ///< in this run
    Bytes spec;                 ///< canonical bytes
    Millis join_timeout{60000};
    Millis segment_timeout{120000};
    Millis reveal_timeout{20000};
};

struct SlashSeen {
    ExecutorSlashed event;
    std::uint64_t block = 0;
};
struct EquivocationSeen {
    Address executor;
    SegmentIndex segment;
};

/// A job that is settled while executors are still to be paid, in portions.
struct Payroll {
    RunStatus ending = RunStatus::Settled;  ///< what the run ends with when all are paid
    Wei total;                              ///< the executors' part of the escrow
    bool submitted = false;
    std::uint64_t not_before_head = 0;
};

/// What the run follows from, in this life and those before. Nothing of the evidence is believed: lists must give the root on chain,
/// votes their signature and commitment.
struct Past {
    std::vector<ChainEvent> events;                               ///< all that the chain logged, as it stands; no refusals
    std::vector<CommitmentsOnChain> lists;                        ///< kept by the bridge
    std::vector<Reveal> reveals;                                  ///< kept by the bridge, or shown again by their members
    std::vector<std::pair<std::size_t, Commitment>> commitments;  ///< what executors, by number, said before the run began
    bool changed = false;  ///< events that were booked left the chain: all are read again
};

struct CoordinatorState {
    JobTerms terms;
    CoordinatorOptions options;
    RunStatus status = RunStatus::Joining;
    std::string reason;  ///< why it failed or became void
    Millis began{};
    Millis ended{};
    Deadline join_deadline;
    std::uint64_t head = 0;
    std::uint16_t epoch = 0;  ///< verdicts flipped so far
    std::vector<ExecutorView> executors;
    std::vector<SegmentRun> segments;
    bool settle_submitted = false;
    std::uint32_t final_metric_bp = 0;
    std::vector<SlashSeen> slashes;
    std::vector<EquivocationSeen> equivocations;
    std::vector<CreditAdded> credits;
    std::optional<Payroll> payroll;
    Past past;
};

}  // namespace cone::node
