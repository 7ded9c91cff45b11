// What the contracts' events add up to: jobs, segments, attempts, verdicts, money, stakes, the catalogue. Plain values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "bridge/contracts/events.hpp"
#include "bridge/contracts/records.hpp"
#include "cone/base/ids.hpp"

namespace cone::index {

struct Vote {
    Address executor;
    Hash32 digest;
    Hash32 witness;
};

struct AttemptEntry {
    Hash32 root;
    std::vector<Address> members;  ///< by position
    std::uint64_t reveal_from_block = 0;
    std::uint64_t reveal_until_block = 0;
    std::map<std::uint64_t, Hash32> direct;  ///< commitments sent by members themselves, by position
    std::vector<Vote> votes;                 ///< as they were counted
};

struct ChallengeEntry {
    Address challenger;
    Wei bond;
};

struct SegmentEntry {
    contracts::SegmentState state = contracts::SegmentState::Pending;
    std::uint64_t epoch = 0;  ///< high half of its attempts' numbers
    std::map<std::uint64_t, AttemptEntry> attempts;
    std::uint64_t best_votes = 0;
    std::uint64_t second_votes = 0;
    Hash32 verdict;                      ///< zero before the first
    std::uint64_t final_from_block = 0;  ///< while Accepted
    std::vector<ChallengeEntry> challenges;
};

struct FaultEntry {
    std::uint64_t segment = 0;
    std::uint64_t attempt = 0;
    Address executor;
    std::uint64_t fault = 0;  ///< Fault of Types.sol
    Wei slashed;
};

struct JobEntry {
    contracts::JobState state = contracts::JobState::None;
    Address buyer;
    contracts::Request request;
    Hash32 data_hash;
    Hash32 job_hash;
    std::vector<Hash32> shards;
    std::uint64_t pool_block = 0;
    std::uint64_t seed_block = 0;
    std::uint64_t deadline_block = 0;
    std::uint64_t last_progress_block = 0;
    Hash32 prev_randao;  ///< zero before the seed is fixed
    Hash32 job_seed;
    std::uint64_t set_cap = 0;
    std::uint64_t epoch = 0;
    std::uint64_t accepted = 0;   ///< segments with a verdict
    std::uint64_t finalized = 0;  ///< segments that are Final
    std::map<std::uint64_t, SegmentEntry> segments;
    std::vector<FaultEntry> faults;
    std::optional<std::uint64_t> void_reason;
    std::optional<bool> met;  ///< once it is settled
    std::uint64_t metric_bp = 0;
};

/// What Settlement holds and has given out in the name of one job or auction.
struct TillEntry {
    Wei escrow;
    Wei bonds;  ///< and seized stake
    Wei burned;
    std::map<std::uint64_t, Wei> credited;  ///< by contracts::Role
};

struct AuctionEntry {
    std::vector<Hash32> tags;
    std::uint64_t end_block = 0;
    Address top_bidder;
    Wei top_bid;
    std::uint64_t bids = 0;
    std::optional<bool> won;  ///< nothing while it is open
};

struct ShardEntry {
    Address owner;
    std::vector<Hash32> tags;
    std::uint64_t records = 0;
    Wei reserve;
    bool paused = false;
};

struct StakeEntry {
    std::uint64_t units = 0;
    Wei stake;
    std::optional<std::uint64_t> withdrawable_block;  ///< while leaving
    Wei slashed;
};

/// Equal events give equal indexes, whatever order or detour led there.
struct MarketIndex {
    std::map<JobId, JobEntry> jobs;
    std::map<JobId, AuctionEntry> auctions;
    std::map<JobId, TillEntry> tills;
    std::map<Address, Wei> credits;  ///< not withdrawn yet
    std::map<Address, StakeEntry> stakes;
    std::map<Hash32, ShardEntry> shards;
    bool auctions_paused = false;
};

/// The index after `events`, which follow those that made `before`. Pure. Throws ChainError when they do not follow them, as where the
/// opening of a job was not read.
[[nodiscard]] MarketIndex apply_events(MarketIndex before, std::span<const contracts::Event> events);

/// The whole index in canonical form ("cone.market-index/1"): two indexes are the same when their bytes are.
[[nodiscard]] Bytes canonical_bytes(const MarketIndex& index);

}  // namespace cone::index
