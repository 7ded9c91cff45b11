// The index, field by field, in one fixed order.
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "bridge/index/market_index.hpp"
#include "cone/hash/canonical.hpp"

namespace cone::index {
namespace {

using Writer = hash::CanonicalWriter;

// Plain values
void write(Writer& out, std::uint64_t value) {
    out.u64(value);
}
void write(Writer& out, JobId id) {
    out.u64(id.value);
}
void write(Writer& out, bool value) {
    out.boolean(value);
}
void write(Writer& out, const Hash32& hash) {
    out.hash(hash);
}
void write(Writer& out, const Address& address) {
    out.raw(address.span());
}
void write(Writer& out, Wei amount) {
    out.u64(static_cast<std::uint64_t>(amount.value));
    out.u64(static_cast<std::uint64_t>(amount.value >> 64));
}

// Entries
void write(Writer& out, const contracts::Request& request);
void write(Writer& out, const Vote& vote);
void write(Writer& out, const AttemptEntry& attempt);
void write(Writer& out, const ChallengeEntry& challenge);
void write(Writer& out, const SegmentEntry& segment);
void write(Writer& out, const FaultEntry& fault);
void write(Writer& out, const JobEntry& job);
void write(Writer& out, const TillEntry& till);
void write(Writer& out, const AuctionEntry& auction);
void write(Writer& out, const ShardEntry& shard);
void write(Writer& out, const StakeEntry& stake);

// Containers
template <class Value>
void write(Writer& out, const std::optional<Value>& value) {
    out.boolean(value.has_value());
    if (value) {
        write(out, *value);
    }
}
template <class Value>
void write(Writer& out, const std::vector<Value>& values) {
    out.u64(values.size());
    for (const Value& value : values) {
        write(out, value);
    }
}
template <class Key, class Value>
void write(Writer& out, const std::map<Key, Value>& values) {
    out.u64(values.size());
    for (const auto& [key, value] : values) {
        write(out, key);
        write(out, value);
    }
}

template <class... Fields>
void write_all(Writer& out, const Fields&... fields) {
    (write(out, fields), ...);
}

void write(Writer& out, const contracts::Request& r) {
    write_all(out, r.spec_hash, r.bridge);
    for (const std::uint64_t number : {std::uint64_t{r.tau_bp}, std::uint64_t{r.min_sellers}, std::uint64_t{r.segments},
                                       std::uint64_t{r.lead}, std::uint64_t{r.policy}, std::uint64_t{r.min_size},
                                       std::uint64_t{r.c_num}, std::uint64_t{r.c_den}, std::uint64_t{r.executor_share_bp}}) {
        out.u64(number);
    }
}
void write(Writer& out, const Vote& vote) {
    write_all(out, vote.executor, vote.digest, vote.witness);
}
void write(Writer& out, const AttemptEntry& a) {
    write_all(out, a.root, a.members, a.reveal_from_block, a.reveal_until_block, a.direct, a.votes);
}
void write(Writer& out, const ChallengeEntry& challenge) {
    write_all(out, challenge.challenger, challenge.bond);
}
void write(Writer& out, const SegmentEntry& s) {
    out.u8(static_cast<std::uint8_t>(s.state));
    write_all(out, s.epoch, s.attempts, s.best_votes, s.second_votes, s.verdict, s.final_from_block, s.challenges);
}
void write(Writer& out, const FaultEntry& f) {
    write_all(out, f.segment, f.attempt, f.executor, f.fault, f.slashed);
}
void write(Writer& out, const JobEntry& j) {
    out.u8(static_cast<std::uint8_t>(j.state));
    write_all(out, j.buyer, j.request, j.data_hash, j.job_hash, j.shards, j.pool_block, j.seed_block, j.deadline_block,
              j.last_progress_block, j.prev_randao, j.job_seed, j.set_cap, j.epoch, j.accepted, j.finalized, j.segments,
              j.faults, j.void_reason, j.met, j.metric_bp);
}
void write(Writer& out, const TillEntry& till) {
    write_all(out, till.escrow, till.bonds, till.burned, till.credited);
}
void write(Writer& out, const AuctionEntry& a) {
    write_all(out, a.tags, a.end_block, a.top_bidder, a.top_bid, a.bids, a.won);
}
void write(Writer& out, const ShardEntry& s) {
    write_all(out, s.owner, s.tags, s.records, s.reserve, s.paused);
}
void write(Writer& out, const StakeEntry& s) {
    write_all(out, s.units, s.stake, s.withdrawable_block, s.slashed);
}

}  // namespace

Bytes canonical_bytes(const MarketIndex& index) {
    Writer out("cone.market-index/1");
    write_all(out, index.jobs, index.auctions, index.tills, index.credits, index.stakes, index.shards, index.auctions_paused);
    return out.take();
}

}  // namespace cone::index
