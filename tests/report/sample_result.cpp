// Builds the sample run piece by piece.
// SPDX-License-Identifier: Apache-2.0
#include "tests/report/sample_result.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "cone/base/rng.hpp"
#include "tests/support/sample_spec.hpp"

namespace cone::report::sample {
namespace {

constexpr std::uint32_t kSellerKind = 1;
constexpr std::uint32_t kExecutorKind = 2;
constexpr std::uint32_t kDigestKind = 3;
constexpr std::uint32_t kShardKind = 4;
constexpr std::uint32_t kRootKind = 5;
constexpr std::uint32_t kContractKind = 6;
constexpr std::uint32_t kTransactionKind = 7;
constexpr std::uint32_t kBuyerKind = 8;
constexpr Uint128 kMilliEther = Uint128{1'000'000} * 1'000'000'000;

constexpr std::uint32_t kDraws[6][4] = {{2, 9, 5, 0}, {7, 3, 10, 5}, {1, 2, 6, 5}, {5, 4, 8, 2}, {0, 7, 2, 3}, {6, 5, 1, 7}};
constexpr std::uint32_t kMetricBp[6] = {9213, 9487, 9624, 9691, 9738, 9762};
constexpr std::uint32_t kMembers[3][6] = {{3, 0, 5, 1, 2, 4}, {1, kLiar, 2, 0, 5, 3}, {2, 5, 0, 0, 0, 0}};

job::JobSpec spec() {
    job::JobSpec spec = test::sample_spec();
    spec.validation_root = hash_of(kShardKind, 100);
    spec.test_root = hash_of(kShardKind, 101);
    spec.profile = {"libtorch", "2.11.0", "libtorch/1", "avx2", 1, 1024, hash_of(kRootKind, 99)};
    return spec;
}

bool is_corrupted(std::uint32_t seller) {
    return seller >= kHonestSellers;
}

void reweight(std::vector<double>& p, std::uint32_t seller, std::uint32_t round) {
    const double gain = is_corrupted(seller) ? -1.9 : 0.55 / (1.0 + 0.35 * round) + 0.03 * (seller % 3);
    p[seller] *= std::exp(gain);
}

void normalise(std::vector<double>& p) {
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    std::for_each(p.begin(), p.end(), [&](double& entry) { entry = std::max(entry / sum, 0.01 / kSellers); });
}

training::RoundTrace next_round(std::uint32_t round, std::vector<double>& p, std::vector<std::uint32_t>& accesses) {
    training::RoundTrace trace;
    trace.round = round;
    trace.state_root = hash_of(kRootKind, round);
    trace.osmd_root = hash_of(kRootKind, 50 + round);
    trace.metric_bp = kMetricBp[round];
    trace.utility = -0.31 / (1.0 + round);
    for (const std::uint32_t seller : kDraws[round]) {
        trace.draws.push_back(seller);
        reweight(p, seller, round);
        if (!is_corrupted(seller)) {
            trace.passed.push_back(seller);
            ++accesses[seller];
        }
    }
    normalise(p);
    std::sort(trace.passed.begin(), trace.passed.end());
    for (const std::uint32_t seller : std::set(trace.draws.begin(), trace.draws.end())) {
        trace.gains.push_back((is_corrupted(seller) ? -0.02 : 0.05) / (1.0 + round));
    }
    trace.distribution = p;
    trace.accesses = accesses;
    return trace;
}

std::vector<training::RoundTrace> rounds() {
    std::vector<double> p(kSellers, 1.0 / kSellers);
    std::vector<std::uint32_t> accesses(kSellers, 0);
    std::vector<training::RoundTrace> all;
    for (std::uint32_t round = 0; round < 6; ++round) {
        all.push_back(next_round(round, p, accesses));
    }
    return all;
}

AttemptResult attempt(std::uint32_t segment, std::uint32_t first, std::uint32_t count) {
    AttemptResult attempt;
    attempt.commitments_root = hash_of(kRootKind, 200 + 10 * segment + first);
    attempt.seconds = 24.0 + 0.7 * segment + 0.9 * first;
    for (std::uint32_t i = first; i < first + count; ++i) {
        const std::uint32_t member = kMembers[segment][i];
        const bool lies = segment == 1 && member == kLiar;
        attempt.members.push_back(address_of(kExecutorKind, member));
        attempt.digests.push_back(hash_of(kDigestKind, lies ? 77 : segment));
    }
    return attempt;
}

SegmentResultView segment(std::uint32_t index) {
    SegmentResultView view;
    view.index = SegmentIndex(index);
    view.attempts.push_back(attempt(index, 0, 3));
    view.set_sizes.push_back(3);
    view.digest = hash_of(kDigestKind, index);
    view.votes[to_hex(view.digest)] = 3;
    view.verdict = "accepted";
    view.lead = 3;
    view.wall_seconds = 25.1 + 0.4 * index;
    view.training_seconds = 23.6;
    view.digest_seconds = 0.11;
    view.chain_seconds = 0.42;
    if (index == 1) {
        view.attempts.push_back(attempt(index, 3, 3));
        view.set_sizes.push_back(6);
        view.votes = {{to_hex(view.digest), 5}, {to_hex(hash_of(kDigestKind, 77)), 1}};
        view.lead = 4;
        view.wall_seconds = 50.9;
    }
    return view;
}

/// Splits `total` by `weights`, what is left over to the first with a weight.
std::vector<Wei> split(Wei total, const std::vector<std::uint32_t>& weights) {
    const auto sum = std::accumulate(weights.begin(), weights.end(), 0U);
    std::vector<Wei> parts;
    Wei left = total;
    for (const std::uint32_t weight : weights) {
        parts.push_back(mul_div_down(total, weight, sum));
        left -= parts.back();
    }
    const auto first = std::find_if(weights.begin(), weights.end(), [](std::uint32_t w) { return w > 0; });
    parts[static_cast<std::size_t>(first - weights.begin())] += left;
    return parts;
}

void pay(RunResult& result) {
    result.escrow = Wei(3000 * kMilliEther);
    const auto& accesses = result.rounds.back().accesses;
    const auto sellers = split(Wei(2100 * kMilliEther), accesses);
    for (std::uint32_t i = 0; i < kSellers; ++i) {
        const std::string label = "seller " + std::to_string(i) + (is_corrupted(i) ? " (corrupted)" : "");
        result.sellers.push_back(
            {address_of(kSellerKind, i), hash_of(kShardKind, i), is_corrupted(i), accesses[i], sellers[i]});
        if (sellers[i] > Wei()) {
            result.payouts.push_back({address_of(kSellerKind, i), "seller", sellers[i], label});
        }
    }
    const auto executors = split(Wei(900 * kMilliEther), {2, 1, 3, 2, 0, 3});
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        if (executors[i] > Wei()) {
            result.payouts.push_back({address_of(kExecutorKind, i), "executor", executors[i], "executor " + std::to_string(i)});
        }
    }
}

void add_gas(RunResult& result, const std::string& call, std::uint64_t gas, const std::string& detail) {
    const auto count = static_cast<std::uint32_t>(result.gas.size());
    result.gas.push_back({call, gas, detail, hash_of(kTransactionKind, count), 31 + 2 * count});
}

void spend_gas(RunResult& result) {
    add_gas(result, "AuctionHouse.closeAuction", 412'880, "2 bids, 12 sellers");
    add_gas(result, "JobBoard.fixSeed", 61'204, "job 1");
    for (std::uint32_t segment = 0; segment < 3; ++segment) {
        const std::string name = "segment " + std::to_string(segment);
        for (std::uint32_t attempt = 0; attempt < (segment == 1 ? 2U : 1U); ++attempt) {
            const std::string detail = name + ", attempt " + std::to_string(attempt);
            add_gas(result, "JobBoard.postCommitments", 84'310 + 190 * attempt, detail);
            add_gas(result, "JobBoard.castVotes", 231'744 + 9'120 * attempt, detail + ", 3 votes");
        }
        add_gas(result, "JobBoard.finalize", 58'930, name);
    }
    add_gas(result, "Settlement.settle", 402'117, "8 sellers, 5 executors");
}

void run_attempt(RunResult& result, std::uint32_t segment, std::uint32_t first, double start) {
    const std::string what = "segment " + std::to_string(segment) + ", attempt " + std::to_string(first / 3) + ": ";
    for (std::uint32_t i = first; i < first + 3; ++i) {
        const std::uint32_t member = kMembers[segment][i];
        const std::string lane = "executor " + std::to_string(member);
        const double trained = start + 22.9 + 0.3 * i;
        result.timeline.push_back({start, trained, lane, what + "train", "train"});
        result.timeline.push_back({trained, trained + 0.1, lane, what + "commit", "commit"});
        result.timeline.push_back({trained + 0.1, start + 24.6, lane, what + "wait for commitments", "wait"});
        const bool lies = segment == 1 && member == kLiar;
        result.timeline.push_back(
            {start + 24.6, start + 24.9, lane, what + (lies ? "vote for a wrong digest" : "vote"), lies ? "fault" : "vote"});
    }
    result.timeline.push_back({start + 24.2, start + 24.6, "bridge", what + "relay commitments", "commit"});
    result.timeline.push_back({start + 24.2, start + 24.6, "chain", "JobBoard.postCommitments", "chain"});
    result.timeline.push_back({start + 24.9, start + 25.3, "bridge", what + "deliver votes", "vote"});
    result.timeline.push_back({start + 24.9, start + 25.3, "chain", "JobBoard.castVotes", "chain"});
}

void add_timeline(RunResult& result) {
    result.timeline.push_back({0.0, 1.4, "chain", "auction, seed", "chain"});
    result.timeline.push_back({0.2, 2.6, "bridge", "check shards, draw sets", "wait"});
    run_attempt(result, 0, 0, 2.6);
    run_attempt(result, 1, 0, 28.3);
    run_attempt(result, 1, 3, 53.9);
    run_attempt(result, 2, 0, 79.6);
    result.timeline.push_back({105.1, 106.3, "chain", "finalize, settle", "chain"});
}

}  // namespace

Hash32 hash_of(std::uint32_t kind, std::uint32_t index) {
    const Rng rng(0x5a3b1c, RngStream::Probe, kind);
    Hash32 hash;
    for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
        hash.bytes[i] = static_cast<std::uint8_t>(rng.below(index * hash.bytes.size() + i, 256));
    }
    return hash;
}

Address address_of(std::uint32_t kind, std::uint32_t index) {
    const Hash32 hash = hash_of(kind, 1000 + index);
    Address address;
    std::copy_n(hash.bytes.begin(), address.bytes.size(), address.bytes.begin());
    return address;
}

RunResult demo_result() {
    RunResult result;
    result.job = JobId(1);
    result.name = "demo";
    result.status = "settled";
    result.spec = spec();
    result.spec_hash = hash_of(kRootKind, 90);
    result.job_hash = hash_of(kRootKind, 91);
    result.chain_id = 31337;
    result.executors = kExecutors;
    for (std::uint32_t i = 0; i < kExecutors; ++i) {
        result.executor_addresses.push_back(address_of(kExecutorKind, i));
    }
    result.rounds = rounds();
    result.initial_metric_bp = 974;
    result.segments = {segment(0), segment(1), segment(2)};
    result.faults_caught = {
        {address_of(kExecutorKind, kLiar), kLiar, SegmentIndex(1), "wrong-digest", true, Wei(500 * kMilliEther)}};
    pay(result);
    spend_gas(result);
    add_timeline(result);
    result.wall_seconds = {{"total", 106.3}, {"training", 94.4}, {"digest", 0.44}, {"chain", 1.68}, {"setup", 2.6}};
    result.contracts = {{"AuctionHouse", to_hex(address_of(kContractKind, 0))},
                        {"JobBoard", to_hex(address_of(kContractKind, 1))},
                        {"Settlement", to_hex(address_of(kContractKind, 2))}};
    result.started_at = "2026-11-21T10:15:00Z";
    result.machine = "Intel Xeon Platinum 8481C, 2 cores";
    result.version = "cone 0.1.0 (git b8a8650), Open MPI 5.0.11, libtorch 2.11.0";
    return result;
}

RunResult void_result() {
    RunResult result = demo_result();
    result.status = "void";
    result.rounds.clear();
    result.segments.resize(1);
    SegmentResultView& segment = result.segments[0];
    segment.attempts[0].digests = {hash_of(kDigestKind, 0), hash_of(kDigestKind, 77), hash_of(kDigestKind, 0)};
    segment.attempts.push_back(attempt(0, 3, 3));
    segment.attempts[1].digests = {hash_of(kDigestKind, 77), Hash32{}, hash_of(kDigestKind, 78)};
    segment.set_sizes = {3, 6};
    segment.votes = {
        {to_hex(hash_of(kDigestKind, 0)), 2}, {to_hex(hash_of(kDigestKind, 77)), 2}, {to_hex(hash_of(kDigestKind, 78)), 1}};
    segment.verdict = "void";
    segment.digest = Hash32{};
    segment.lead = 0;
    result.faults_caught.clear();
    for (SellerView& seller : result.sellers) {
        seller.accesses = 0;
        seller.paid = Wei();
    }
    result.payouts = {{address_of(kBuyerKind, 1), "buyer-refund", result.escrow, "buyer 1"}};
    return result;
}

RunResult hostile_result() {
    RunResult result = demo_result();
    const std::string attack = "</script><script>console.error('escaped')</script><img src=x onerror=console.error('escaped')>";
    result.name = attack + "<!--";
    result.machine = "{a|rich} \xe2\x80\xa8\xe2\x80\xa9 &amp; \\u003c";
    result.payouts[0].label = attack;
    result.timeline[0].lane = attack;
    result.timeline[0].what = attack;
    result.gas[0].call = attack;
    return result;
}

}  // namespace cone::report::sample
