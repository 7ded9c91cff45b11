// The contracts' structs in C++. Field for field as in contracts/src/Types.sol and the interfaces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/eth/abi.hpp"
#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"
#include "cone/hash/records.hpp"

namespace cone::contracts {

/// What a buyer asks for, beside tags and money.
struct Request {
    Hash32 spec_hash;
    std::uint32_t tau_bp = 0;
    std::uint16_t min_sellers = 1;
    std::uint16_t segments = 1;
    std::uint16_t lead = 1;
    std::uint8_t policy = 0;  ///< job::Growth
    std::uint16_t min_size = 1;
    std::uint16_t c_num = 1;
    std::uint16_t c_den = 1;
    std::uint16_t executor_share_bp = 0;
    Address bridge;
    bool operator==(const Request&) const = default;
};

enum class JobState : std::uint8_t { None, Open, Running, Settling, Settled, Unmet, Void };
enum class SegmentState : std::uint8_t { Pending, Committed, Undecided, Accepted, Challenged, Final };
enum class VoidReason : std::uint8_t { PoolExhausted, Stalled, WrongDraw };
enum class Role : std::uint8_t { Bidder, Buyer, Seller, Executor, Challenger, Checker };

[[nodiscard]] const char* to_string(JobState state);
[[nodiscard]] const char* to_string(SegmentState state);
[[nodiscard]] const char* to_string(VoidReason reason);
/// Lower case, as results and receipts have it: "seller".
[[nodiscard]] const char* to_string(Role role);

struct Job {
    JobState state = JobState::None;
    Address buyer;
    Address bridge;
    std::uint16_t segments = 0;
    std::uint16_t accepted = 0;  ///< segments with a verdict
    std::uint16_t finalized = 0;
    std::uint16_t epoch = 0;
    std::uint16_t set_cap = 0;
    std::uint64_t pool_block = 0;
    std::uint64_t seed_block = 0;
    std::uint64_t last_progress_block = 0;
    std::uint64_t deadline_block = 0;  ///< last block in which it can run
    Hash32 job_hash;
    Hash32 job_seed;
    std::uint16_t sellers = 0;  ///< number of shards; they and the request are in the event JobOpened
};

struct Segment {
    SegmentState state = SegmentState::Pending;
    std::uint16_t epoch = 0;  ///< high half of its attempts' numbers
    std::uint16_t attempts = 0;
    std::uint16_t set_size = 0;
    std::uint16_t best_votes = 0;
    std::uint16_t second_votes = 0;
    Hash32 best;
    Hash32 verdict;
    Hash32 previous;
    std::uint64_t final_from_block = 0;
};

struct Attempt {
    Hash32 root;
    std::uint64_t reveal_from_block = 0;
    std::uint64_t reveal_until_block = 0;
    std::uint16_t size = 0;
    std::uint16_t voted = 0;
    Address challenger;
};

struct NextAttempt {
    AttemptIndex attempt;
    std::uint16_t new_members = 0;
    Hash32 segment_seed;
    Hash32 attempt_seed;
    Hash32 after_ticket;
    Hash32 previous;
};

/// One executor's entry in the registry.
struct ExecutorEntry {
    enum class Status : std::uint8_t { None, Active, Leaving };
    Status status = Status::None;
    std::uint32_t units = 0;
    std::uint64_t withdrawable_block = 0;
    Wei stake;
};

/// What opens one member's commitment, and its signature.
struct VoteOpening {
    std::uint16_t position = 0;  ///< within the attempt
    Hash32 salt;
    Hash32 r;
    Hash32 vs;
};

/// Votes that agree.
struct VoteGroup {
    Hash32 digest;
    Hash32 witness;
    std::vector<VoteOpening> openings;
};

struct SignedVote {
    Hash32 digest;
    Hash32 witness;
    Hash32 r;
    Hash32 vs;
};

struct OpenedDigest {
    Hash32 state_root;
    Hash32 osmd_root;
    std::uint32_t metric_bp = 0;
    std::vector<std::uint32_t> accesses;
    Hash32 trace_root{};
};

/// Times in blocks. Fixed at deployment.
struct Rules {
    std::uint32_t seed_lag_blocks = 2;
    std::uint32_t commit_blocks = 2;
    std::uint32_t reveal_blocks = 10;
    std::uint32_t challenge_blocks = 20;
    std::uint32_t stall_blocks = 300;
    std::uint16_t hard_slash_bp = 5000;
    std::uint16_t soft_slash_bp = 100;
    std::uint16_t challenge_reward_bp = 3000;
    Wei challenge_bond;
    bool operator==(const Rules&) const = default;
};

struct Timing {
    std::uint32_t auction_blocks = 20;
    std::uint32_t extension_blocks = 5;
    std::uint32_t hard_end_blocks = 40;
    std::uint16_t min_increment_bp = 500;
};

[[nodiscard]] eth::AbiValue to_abi(const Request& request);
[[nodiscard]] eth::AbiValue to_abi(const VoteGroup& group);
[[nodiscard]] eth::AbiValue to_abi(const SignedVote& vote);
[[nodiscard]] eth::AbiValue to_abi(const OpenedDigest& opened);
[[nodiscard]] eth::AbiValue to_abi(const hash::DigestOpening& opening);
[[nodiscard]] eth::AbiValue to_abi(const Rules& rules);
[[nodiscard]] eth::AbiValue to_abi(const Timing& timing);

// Values decoded with the function's own types, so their shape is right; throws RpcError for an enum value that is none.
[[nodiscard]] Request read_request(const eth::AbiValue& value);
[[nodiscard]] Job read_job(const eth::AbiValue& value);
[[nodiscard]] Segment read_segment(const eth::AbiValue& value);
[[nodiscard]] Attempt read_attempt(const eth::AbiValue& value);
[[nodiscard]] NextAttempt read_next_attempt(const eth::AbiValue& value);
[[nodiscard]] ExecutorEntry read_executor(const eth::AbiValue& value);
[[nodiscard]] Rules read_rules(const eth::AbiValue& value);
[[nodiscard]] VoteGroup read_vote_group(const eth::AbiValue& value);

// Plain values and lists. CONE_ASSERT: of the right kind. Throws RpcError above 2^64 - 1, or 2^128 - 1 wei.
[[nodiscard]] std::uint64_t read_u64(const eth::AbiValue& value);
[[nodiscard]] Wei read_wei(const eth::AbiValue& value);
[[nodiscard]] Hash32 read_hash(const eth::AbiValue& value);
[[nodiscard]] Address read_address(const eth::AbiValue& value);
[[nodiscard]] std::vector<std::uint32_t> read_u32s(const eth::AbiValue& value);
[[nodiscard]] std::vector<Hash32> read_hashes(const eth::AbiValue& value);
[[nodiscard]] std::vector<Address> read_addresses(const eth::AbiValue& value);

}  // namespace cone::contracts
