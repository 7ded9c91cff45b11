// One small function an event, found by the event's name.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/index/market_index.hpp"
#include "cone/base/errors.hpp"

namespace cone::index {
namespace {

using contracts::Contract;
using contracts::Event;
using contracts::JobState;
using contracts::Role;
using contracts::SegmentState;

JobId job_id(const Event& event) {
    return JobId(event.number("jobId"));
}

/// The entry under `key`, which an earlier event made.
template <class Map, class Key>
auto& known(Map& map, const Key& key, const Event& event) {
    const auto found = map.find(key);
    if (found == map.end()) {
        throw ChainError(to_text(event) + " in block " + std::to_string(event.block.number) +
                             " speaks of something whose beginning was not read",
                         "read the events from the deployment's block on");
    }
    return found->second;
}

JobEntry& job_of(MarketIndex& index, const Event& event) {
    return known(index.jobs, job_id(event), event);
}

/// The job of an event that puts off `voidStale`.
JobEntry& progressed(MarketIndex& index, const Event& event) {
    JobEntry& job = job_of(index, event);
    job.last_progress_block = event.block.number;
    return job;
}

SegmentEntry& segment_of(JobEntry& job, const Event& event) {
    return job.segments[event.number("segment")];
}

AttemptEntry& attempt_of(MarketIndex& index, const Event& event) {
    return known(segment_of(job_of(index, event), event).attempts, event.number("attempt"), event);
}

AuctionEntry& auction_of(MarketIndex& index, const Event& event) {
    return index.auctions[JobId(event.number("auctionId"))];
}

// ---- DataCatalog

void entry_registered(MarketIndex& index, const Event& event) {
    index.shards[event.hash("shardRoot")] = {event.address("owner"), contracts::read_hashes(eth::AbiValue(event.list("tags"))),
                                             event.number("records"), event.wei("reserveWei"), false};
}
void entry_paused(MarketIndex& index, const Event& event) {
    known(index.shards, event.hash("shardRoot"), event).paused = true;
}
void entry_unpaused(MarketIndex& index, const Event& event) {
    known(index.shards, event.hash("shardRoot"), event).paused = false;
}

// ---- AuctionHouse

void auction_opened(MarketIndex& index, const Event& event) {
    AuctionEntry& auction = auction_of(index, event);
    auction.tags = contracts::read_hashes(eth::AbiValue(event.list("tags")));
    auction.end_block = event.number("endBlock");
}
void bid_placed(MarketIndex& index, const Event& event) {
    AuctionEntry& auction = auction_of(index, event);
    auction.top_bidder = event.address("bidder");
    auction.top_bid = event.wei("bidWei");
    auction.end_block = event.number("endBlock");
    ++auction.bids;
}
void auction_won(MarketIndex& index, const Event& event) {
    AuctionEntry& auction = auction_of(index, event);
    auction.top_bidder = event.address("buyer");
    auction.top_bid = event.wei("priceWei");
    auction.won = true;
}
void auction_void(MarketIndex& index, const Event& event) {
    auction_of(index, event).won = false;
    index.tills[JobId(event.number("auctionId"))].escrow = Wei{};
}
void pause_set(MarketIndex& index, const Event& event) {
    index.auctions_paused = event.flag("paused");
}

// ---- ExecutorRegistry

void executor_registered(MarketIndex& index, const Event& event) {
    index.stakes[event.address("executor")] = {event.number("units"), event.wei("stakeWei"), std::nullopt, {}};
}
void units_added(MarketIndex& index, const Event& event) {
    StakeEntry& stake = known(index.stakes, event.address("executor"), event);
    stake.units += event.number("units");
    stake.stake = event.wei("stakeWei");
}
void exit_announced(MarketIndex& index, const Event& event) {
    known(index.stakes, event.address("executor"), event).withdrawable_block = event.number("withdrawableBlock");
}
void stake_withdrawn(MarketIndex& index, const Event& event) {
    index.stakes.erase(event.address("executor"));
}
void slashed(MarketIndex& index, const Event& event) {
    StakeEntry& stake = index.stakes[event.address("executor")];  // who left long ago is slashed by nothing
    stake.stake = event.wei("stakeLeftWei");
    stake.slashed += event.wei("amountWei");
}

// ---- Settlement

TillEntry& till_of(MarketIndex& index, const Event& event) {
    return index.tills[job_id(event)];
}
void escrow_held(MarketIndex& index, const Event& event) {
    till_of(index, event).escrow = event.wei("amountWei");
}
void bond_locked(MarketIndex& index, const Event& event) {
    till_of(index, event).bonds += event.wei("amountWei");
}
void burned(MarketIndex& index, const Event& event) {
    TillEntry& till = till_of(index, event);
    till.bonds -= event.wei("amountWei");
    till.burned += event.wei("amountWei");
}
void credited(MarketIndex& index, const Event& event) {
    TillEntry& till = till_of(index, event);
    const std::uint64_t role = event.number("role");
    const Wei amount = event.wei("amountWei");
    if (role == static_cast<std::uint64_t>(Role::Challenger) || role == static_cast<std::uint64_t>(Role::Checker)) {
        till.bonds -= amount;
    }
    till.credited[role] += amount;
    index.credits[event.address("payee")] += amount;
}
void job_settled(MarketIndex& index, const Event& event) {
    till_of(index, event).escrow = Wei{};
    JobEntry& job = job_of(index, event);
    job.met = event.flag("met");
    job.metric_bp = event.number("metricBp");
}
void withdrawn(MarketIndex& index, const Event& event) {
    Wei& credit = known(index.credits, event.address("payee"), event);
    credit -= event.wei("amountWei");
    if (credit == Wei{}) {
        index.credits.erase(event.address("payee"));
    }
}
void nothing(MarketIndex&, const Event&) {}

// ---- JobBoard

void job_opened(MarketIndex& index, const Event& event) {
    JobEntry job;
    job.state = JobState::Open;
    job.buyer = event.address("buyer");
    job.request = contracts::read_request(eth::AbiValue(event.list("request")));
    job.data_hash = event.hash("dataHash");
    job.job_hash = event.hash("jobHash");
    job.shards = contracts::read_hashes(eth::AbiValue(event.list("shards")));
    job.pool_block = event.number("poolBlock");
    job.seed_block = event.number("seedBlock");
    job.deadline_block = event.number("deadlineBlock");
    job.last_progress_block = event.block.number;
    index.jobs[job_id(event)] = std::move(job);
}
void seed_fixed(MarketIndex& index, const Event& event) {
    JobEntry& job = progressed(index, event);
    job.state = JobState::Running;
    job.prev_randao = event.hash("prevRandao");
    job.job_seed = event.hash("jobSeed");
    job.set_cap = event.number("setCap");
}
void commitments_posted(MarketIndex& index, const Event& event) {
    SegmentEntry& segment = segment_of(progressed(index, event), event);
    segment.state = SegmentState::Committed;
    AttemptEntry& attempt = segment.attempts[event.number("attempt")];
    attempt.root = event.hash("root");
    attempt.members = contracts::read_addresses(eth::AbiValue(event.list("members")));
    attempt.reveal_from_block = event.number("revealFromBlock");
    attempt.reveal_until_block = event.number("revealUntilBlock");
}
void committed_directly(MarketIndex& index, const Event& event) {
    attempt_of(index, event).direct[event.number("position")] = event.hash("commitment");
}
void votes_cast(MarketIndex& index, const Event& event) {
    AttemptEntry& attempt = attempt_of(index, event);
    for (const Address& executor : contracts::read_addresses(eth::AbiValue(event.list("executors")))) {
        attempt.votes.push_back({executor, event.hash("digest"), event.hash("witness")});
    }
}
void segment_undecided(MarketIndex& index, const Event& event) {
    SegmentEntry& segment = segment_of(progressed(index, event), event);
    segment.state = SegmentState::Undecided;
    segment.best_votes = event.number("bestVotes");
    segment.second_votes = event.number("secondVotes");
}

/// The first verdict of a segment moves the frontier; one after a challenge changes nothing unless VerdictFlipped follows.
void segment_accepted(MarketIndex& index, const Event& event) {
    JobEntry& job = progressed(index, event);
    SegmentEntry& segment = segment_of(job, event);
    segment.state = SegmentState::Accepted;
    segment.best_votes = event.number("votes");
    segment.second_votes = event.number("secondVotes");
    segment.final_from_block = event.number("finalFromBlock");
    if (event.number("segment") >= job.accepted) {
        segment.verdict = event.hash("digest");
        job.accepted = event.number("segment") + 1;
        job.segments[job.accepted].epoch = job.epoch;
    }
}
void segment_challenged(MarketIndex& index, const Event& event) {
    SegmentEntry& segment = segment_of(progressed(index, event), event);
    segment.state = SegmentState::Challenged;
    segment.challenges.push_back({event.address("challenger"), event.wei("bondWei")});
}
void verdict_flipped(MarketIndex& index, const Event& event) {
    JobEntry& job = job_of(index, event);
    const std::uint64_t flipped = event.number("segment");
    job.epoch = event.number("epoch");
    job.accepted = flipped + 1;
    job.segments.erase(job.segments.upper_bound(flipped), job.segments.end());
    job.segments[flipped].verdict = event.hash("to");
    job.segments[flipped + 1].epoch = job.epoch;
}
void segment_final(MarketIndex& index, const Event& event) {
    JobEntry& job = progressed(index, event);
    segment_of(job, event).state = SegmentState::Final;
    ++job.finalized;
}
void fault_found(MarketIndex& index, const Event& event) {
    job_of(index, event)
        .faults.push_back({event.number("segment"), event.number("attempt"), event.address("executor"), event.number("fault"),
                           event.wei("slashedWei")});
}
void job_settling(MarketIndex& index, const Event& event) {
    job_of(index, event).state = JobState::Settling;
}
void job_closed(MarketIndex& index, const Event& event) {
    job_of(index, event).state =
        event.number("state") == static_cast<std::uint64_t>(JobState::Settled) ? JobState::Settled : JobState::Unmet;
}
void job_voided(MarketIndex& index, const Event& event) {
    JobEntry& job = job_of(index, event);
    job.state = JobState::Void;
    job.void_reason = event.number("reason");
    till_of(index, event).escrow = Wei{};
}

using Handler = void (*)(MarketIndex&, const Event&);
using Handlers = std::map<std::pair<Contract, std::string_view>, Handler>;

const Handlers& handlers() {
    static const Handlers table{
        {{Contract::DataCatalog, "EntryRegistered"}, entry_registered},
        {{Contract::DataCatalog, "EntryPaused"}, entry_paused},
        {{Contract::DataCatalog, "EntryUnpaused"}, entry_unpaused},
        {{Contract::AuctionHouse, "AuctionOpened"}, auction_opened},
        {{Contract::AuctionHouse, "BidPlaced"}, bid_placed},
        {{Contract::AuctionHouse, "AuctionWon"}, auction_won},
        {{Contract::AuctionHouse, "AuctionVoid"}, auction_void},
        {{Contract::AuctionHouse, "PauseSet"}, pause_set},
        {{Contract::ExecutorRegistry, "ExecutorRegistered"}, executor_registered},
        {{Contract::ExecutorRegistry, "UnitsAdded"}, units_added},
        {{Contract::ExecutorRegistry, "ExitAnnounced"}, exit_announced},
        {{Contract::ExecutorRegistry, "StakeWithdrawn"}, stake_withdrawn},
        {{Contract::ExecutorRegistry, "Slashed"}, slashed},
        {{Contract::Settlement, "EscrowHeld"}, escrow_held},
        {{Contract::Settlement, "BondLocked"}, bond_locked},
        {{Contract::Settlement, "StakeSeized"}, bond_locked},
        {{Contract::Settlement, "Burned"}, burned},
        {{Contract::Settlement, "Credited"}, credited},
        {{Contract::Settlement, "JobSettled"}, job_settled},
        {{Contract::Settlement, "Withdrawn"}, withdrawn},
        {{Contract::Settlement, "BuyerTold"}, nothing},
        {{Contract::JobBoard, "JobOpened"}, job_opened},
        {{Contract::JobBoard, "SeedFixed"}, seed_fixed},
        {{Contract::JobBoard, "CommitmentsPosted"}, commitments_posted},
        {{Contract::JobBoard, "CommittedDirectly"}, committed_directly},
        {{Contract::JobBoard, "VotesCast"}, votes_cast},
        {{Contract::JobBoard, "SegmentUndecided"}, segment_undecided},
        {{Contract::JobBoard, "SegmentAccepted"}, segment_accepted},
        {{Contract::JobBoard, "SegmentChallenged"}, segment_challenged},
        {{Contract::JobBoard, "VerdictFlipped"}, verdict_flipped},
        {{Contract::JobBoard, "SegmentFinal"}, segment_final},
        {{Contract::JobBoard, "FaultFound"}, fault_found},
        {{Contract::JobBoard, "JobSettling"}, job_settling},
        {{Contract::JobBoard, "JobClosed"}, job_closed},
        {{Contract::JobBoard, "JobVoided"}, job_voided},
    };
    return table;
}

}  // namespace

MarketIndex apply_events(MarketIndex before, std::span<const Event> events) {
    for (const Event& event : events) {
        const auto handler = handlers().find({event.contract, event.name});
        CONE_ASSERT(handler != handlers().end(), "an event of the contracts that the index does not know");
        try {
            handler->second(before, event);
        } catch (const std::overflow_error&) {
            throw ChainError(to_text(event) + " in block " + std::to_string(event.block.number) + " takes more than there is",
                             "read the events from the deployment's block on");
        }
    }
    return before;
}

}  // namespace cone::index
