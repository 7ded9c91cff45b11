// What a run leaves for people and machines: the content of result.json, and what report.html draws.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/training/segment.hpp"

namespace cone::report {

inline constexpr int kResultSchemaVersion = 2;

/// One attempt of a segment as the bridge saw it.
struct AttemptResult {
    std::vector<Address> members;  ///< the attempt's new members in ticket order
    std::vector<Hash32> digests;   ///< by position: what the member voted for; zero: no vote was counted
    Hash32 commitments_root;
    double seconds = 0;  ///< from the call to run until the last vote
    bool operator==(const AttemptResult&) const = default;
};

struct SegmentResultView {
    SegmentIndex index;
    std::vector<AttemptResult> attempts;
    std::vector<std::uint32_t> set_sizes;        ///< total size of the execution set after each attempt
    std::map<std::string, std::uint32_t> votes;  ///< digest as hex -> counted votes, all attempts
    Hash32 digest;                               ///< the accepted one; zero when none
    std::string verdict;                         ///< "accepted", "undecided", "void"
    std::uint32_t lead = 0;
    double wall_seconds = 0;
    double training_seconds = 0;  ///< slowest member that voted for the digest
    double digest_seconds = 0;
    double chain_seconds = 0;  ///< time in which everybody waited for the chain
    bool operator==(const SegmentResultView&) const = default;
};

struct FaultCaught {
    Address executor;
    std::uint32_t executor_index = 0;  ///< number of the executor in this run, from 0
    SegmentIndex segment;
    std::string kind;  ///< of agreement::to_string(Fault): no-reveal, false-witness, wrong-digest, equivocation
    bool slashed = false;
    Wei slashed_wei;
    bool operator==(const FaultCaught&) const = default;
};

/// One credit of the settlement. Roles: seller, executor, buyer-refund. They add up to the escrow.
struct Payout {
    Address address;
    std::string role;
    Wei wei;
    std::string label;  ///< "seller 3 (corrupted)" for people
    bool operator==(const Payout&) const = default;
};

struct GasUse {
    std::string call;  ///< "JobBoard.castVotes"
    std::uint64_t gas = 0;
    std::string detail;  ///< "segment 1, attempt 0, 3 votes"
    Hash32 transaction;
    std::uint64_t block = 0;
    bool operator==(const GasUse&) const = default;
};

/// A point of the timeline: who did what, seconds since the run began.
struct TimelineEntry {
    double start_seconds = 0;
    double end_seconds = 0;
    std::string lane;  ///< "bridge", "chain", "executor 2"
    std::string what;  ///< "segment 1, attempt 0: train"
    std::string kind;  ///< train, commit, vote, wait, chain, fault
    bool operator==(const TimelineEntry&) const = default;
};

struct SellerView {
    Address address;
    Hash32 shard_root;
    bool corrupted = false;  ///< known only because the demo planted it
    std::uint32_t accesses = 0;
    Wei paid;
    bool operator==(const SellerView&) const = default;
};

struct RunResult {
    JobId job;
    std::string name;
    std::string status;  ///< "settled", "unmet", "void", "failed"
    job::JobSpec spec;
    Hash32 spec_hash;
    Hash32 job_hash;
    std::uint64_t chain_id = 0;
    std::uint32_t executors = 0;
    std::vector<Address> executor_addresses;  ///< by number of the executor in this run
    std::uint32_t ranks_per_executor = 1;
    std::vector<training::RoundTrace> rounds;  ///< of the accepted segments, in order
    double initial_metric_bp = 0;
    std::vector<SegmentResultView> segments;
    std::vector<FaultCaught> faults_caught;
    std::vector<Payout> payouts;
    std::vector<SellerView> sellers;
    Wei escrow;
    std::vector<GasUse> gas;
    std::vector<TimelineEntry> timeline;
    std::map<std::string, double> wall_seconds;    ///< "total", "training", "digest", "chain", ...
    std::map<std::string, std::string> contracts;  ///< name -> address
    std::string started_at;                        ///< ISO 8601, UTC
    std::string machine;                           ///< processor model, cores
    std::string version;                           ///< cone version and git hash
    bool operator==(const RunResult&) const = default;
};

}  // namespace cone::report
