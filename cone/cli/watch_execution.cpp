// Data, engine and states of one track.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/watch_execution.hpp"

#include <utility>

#include "cone/base/errors.hpp"
#include "cone/data/content_store.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/hash/records.hpp"
#include "cone/training/profile.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::cli {
namespace {

/// The specification's bits are the same on all of them, so what differs is a fault of this machine.
model::Implementation implementation_of(std::size_t track) {
    const bool other = track == 1 && kernels::best_isa() == kernels::Isa::Avx512;
    return other ? model::Implementation::Avx2 : model::Implementation::Best;
}

}  // namespace

ExecutionTrack::ExecutionTrack(training::JobContext context, Hash32 job_seed, std::filesystem::path store, std::size_t track,
                               std::uint32_t threads, std::function<void(const std::string&)> progress)
    : context_(std::move(context)),
      job_seed_(job_seed),
      store_(std::move(store)),
      track_(track),
      threads_(threads),
      progress_(std::move(progress)) {}

void ExecutionTrack::open() {
    if (const auto reason = training::check_profile(context_.spec.profile)) {
        throw EnvironmentError("this machine cannot honour the job's execution profile: " + *reason);
    }
    data_ = std::make_shared<const training::JobData>(training::load_job_data(context_, data::DirectoryStore(store_)));
    engine_ = std::make_unique<training::TrainingEngine>(
        context_, data_, training::Parallelism{.threads = threads_, .implementation = implementation_of(track_)});
    states_ = {engine_->initial_state()};
}

Hash32 ExecutionTrack::data_in_memory() const {
    std::vector<Hash32> roots;
    for (const auto& shard : data_->sellers) {
        roots.push_back(data::shard_root(shard));
    }
    return hash::data_hash(roots);
}

/// The attempt's seed makes the witness only, which no verdict is about: that of attempt 0 does.
training::SegmentTask ExecutionTrack::task_of(SegmentIndex segment, const Hash32& previous) const {
    const Hash32 seed = hash::segment_seed(job_seed_, previous);
    return {.segment = segment,
            .attempt = AttemptIndex(0),
            .previous_digest = previous,
            .attempt_seed = hash::attempt_seed(seed, AttemptIndex(0))};
}

node::ExecutionReport ExecutionTrack::execute(SegmentIndex segment, const Hash32& previous) {
    node::ExecutionReport report;
    try {
        if (!engine_) {
            open();
        }
        const auto& before = states_.at(segment.value);
        report.data = data_in_memory();
        report.state_before = hash::bytes_root(before.weights);
        comm::SoloCommunicator alone;
        auto result = engine_->run(task_of(segment, previous), before, alone, [&](const training::RoundTrace& round) {
            progress_("segment " + std::to_string(segment.value) + ", execution " + std::to_string(track_ + 1) + ", round " +
                      std::to_string(round.round) + ": accuracy " + std::to_string(round.metric_bp) + " bp");
        });
        report.digest = result.digest;
        openings_.resize(segment.value);
        openings_.push_back(result.opening);
        states_.resize(segment.value + 1);
        states_.push_back(std::move(result.state));
    } catch (const std::exception& error) {
        report.failure = error.what();
    }
    return report;
}

}  // namespace cone::cli
