// The fields of result.json, each described once for writing and reading.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/result_json.hpp"

#include <algorithm>
#include <iterator>

#include "cone/report/json_io.hpp"
#include "cone/report/spec_json.hpp"
#include "cone/report/trace_json.hpp"

namespace cone::report {
namespace {

constexpr double kBasisPoints = 10'000.0;

/// The accuracy curve in the form readers ask for first; all of it follows from the rounds.
struct Metric {
    double initial = 0;
    double final = 0;
    double threshold = 0;
    std::vector<double> by_round;
};

Metric metric_of(const RunResult& result) {
    Metric metric{result.initial_metric_bp / kBasisPoints,
                  final_metric_bp(result) / kBasisPoints,
                  result.spec.threshold_bp / kBasisPoints,
                  {}};
    std::transform(result.rounds.begin(), result.rounds.end(), std::back_inserter(metric.by_round),
                   [](const training::RoundTrace& round) { return round.metric_bp / kBasisPoints; });
    return metric;
}

std::uint32_t attempts_of(const SegmentResultView& segment) {
    return narrow<std::uint32_t>(segment.attempts.size());
}

}  // namespace

template <class Io>
void fields(Io& io, typename Io::template Ref<Metric> metric) {
    io("name", std::string("accuracy"));
    io("initial", metric.initial);
    io("final", metric.final);
    io("threshold", metric.threshold);
    io("by_round", metric.by_round);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<AttemptResult> attempt) {
    io("members", attempt.members);
    io("digests", attempt.digests);
    io("commitments_root", attempt.commitments_root);
    io("seconds", attempt.seconds);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<SegmentResultView> segment) {
    io("index", segment.index);
    io.derived("attempts", attempts_of(segment));
    io("set_sizes", segment.set_sizes);
    io("votes", segment.votes);
    io("digest", segment.digest);
    io("verdict", segment.verdict);
    io("lead", segment.lead);
    io("wall_s", segment.wall_seconds);
    io("training_s", segment.training_seconds);
    io("digest_s", segment.digest_seconds);
    io("chain_s", segment.chain_seconds);
    io("attempt_details", segment.attempts);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<FaultCaught> fault) {
    io("executor", fault.executor);
    io("executor_index", fault.executor_index);
    io("segment", fault.segment);
    io("kind", fault.kind);
    io("slashed", fault.slashed);
    io("slashed_wei", fault.slashed_wei);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<Payout> payout) {
    io("address", payout.address);
    io("role", payout.role);
    io("wei", payout.wei);
    io("label", payout.label);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<SellerView> seller) {
    io("address", seller.address);
    io("shard_root", seller.shard_root);
    io("corrupted", seller.corrupted);
    io("accesses", seller.accesses);
    io("paid_wei", seller.paid);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<GasUse> use) {
    io("call", use.call);
    io("gas", use.gas);
    io("detail", use.detail);
    io("tx", use.transaction);
    io("block", use.block);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<TimelineEntry> entry) {
    io("start_s", entry.start_seconds);
    io("end_s", entry.end_seconds);
    io("lane", entry.lane);
    io("what", entry.what);
    io("kind", entry.kind);
}

template <class Io>
void fields(Io& io, typename Io::template Ref<RunResult> result) {
    io.derived("schema_version", std::uint32_t{kResultSchemaVersion});
    io("job_id", result.job);
    io("name", result.name);
    io("status", result.status);
    io.derived("metric", metric_of(result));
    io("segments", result.segments);
    io("faults_caught", result.faults_caught);
    io("payouts", result.payouts);
    io("escrow_wei", result.escrow);
    io("gas", result.gas);
    io("profile", result.spec.profile);
    io("wall_s", result.wall_seconds);
    io("sellers", result.sellers);
    io("rounds", result.rounds);
    io("initial_metric_bp", result.initial_metric_bp);
    io("timeline", result.timeline);
    io("executors", result.executors);
    io("executor_addresses", result.executor_addresses);
    io("ranks_per_executor", result.ranks_per_executor);
    io("chain_id", result.chain_id);
    io("contracts", result.contracts);
    io("spec", result.spec);
    io("spec_hash", result.spec_hash);
    io("job_hash", result.job_hash);
    io("started_at", result.started_at);
    io("machine", result.machine);
    io("version", result.version);
}

double final_metric_bp(const RunResult& result) {
    return result.rounds.empty() ? result.initial_metric_bp : static_cast<double>(result.rounds.back().metric_bp);
}

std::string to_json(const RunResult& result) {
    return write_document(result);
}

RunResult result_from_json(std::string_view text) {
    return read_document<RunResult>(text, kResultSchemaVersion);
}

}  // namespace cone::report
