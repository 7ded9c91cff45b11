// From the receipt's spec and roots to the same states, one segment after the other.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/verify_execution.hpp"

#include "cone/base/errors.hpp"
#include "cone/data/content_store.hpp"
#include "cone/hash/records.hpp"
#include "cone/trace/difference.hpp"
#include "cone/training/engine.hpp"

namespace cone::cli {
namespace {

training::SegmentTask task_of(const report::Receipt& receipt, const report::ReceiptSegment& segment) {
    const AttemptIndex attempt = segment.attempts.empty() ? AttemptIndex(0) : segment.attempts.front().number;
    const Hash32 seed = hash::segment_seed(receipt.job_seed, segment.previous_digest);
    return {.segment = segment.index,
            .attempt = attempt,
            .previous_digest = segment.previous_digest,
            .attempt_seed = hash::attempt_seed(seed, attempt)};
}

std::optional<Disagreement> compare(const report::ReceiptSegment& claimed, const training::SegmentResult& executed) {
    if (const auto difference = trace::first_difference(claimed.trace, executed.trace)) {
        return Disagreement{claimed.index, difference->round, difference->field, difference->claimed, difference->executed};
    }
    if (claimed.digest != executed.digest) {
        const auto last = executed.trace.empty() ? 0 : executed.trace.back().round;
        return Disagreement{claimed.index, last, "digest", to_hex(claimed.digest), to_hex(executed.digest)};
    }
    return std::nullopt;
}

}  // namespace

training::JobContext context_of(const report::Receipt& receipt) {
    std::vector<Hash32> roots;
    for (const auto& seller : receipt.sellers) {
        roots.push_back(seller.shard_root);
    }
    return training::make_context(job::spec_from_canonical(receipt.spec), std::move(roots));
}

Execution execute_again(const report::Receipt& receipt, const std::filesystem::path& store, std::size_t count,
                        const std::function<void(const std::string&)>& progress) {
    if (count > receipt.segments.size()) {
        throw ConfigError("the receipt has " + std::to_string(receipt.segments.size()) + " segments", "segments count from 0");
    }
    const data::DirectoryStore shards(store);
    const auto engine = training::make_engine(context_of(receipt), shards);
    comm::SoloCommunicator alone;
    auto state = engine->initial_state();
    Execution execution;
    for (std::size_t g = 0; g < count; ++g) {
        const auto& claimed = receipt.segments[g];
        auto result = engine->run(task_of(receipt, claimed), state, alone, [&](const training::RoundTrace& round) {
            progress("segment " + std::to_string(g) + ", round " + std::to_string(round.round) + ": accuracy " +
                     std::to_string(round.metric_bp / 100.0).substr(0, 5) + " %");
        });
        ++execution.segments;
        execution.disagreement = compare(claimed, result);
        if (execution.disagreement) {
            break;
        }
        state = std::move(result.state);
    }
    return execution;
}

}  // namespace cone::cli
