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
                               std::uint32_t threads, std::function<void(const std::string&)> progress,
                               std::filesystem::path memory)
    : context_(std::move(context)),
      job_seed_(job_seed),
      store_(std::move(store)),
      track_(track),
      threads_(threads),
      progress_(std::move(progress)),
      folder_(std::move(memory)) {}

void ExecutionTrack::open() {
    if (const auto reason = training::check_profile(context_.spec.profile)) {
        throw EnvironmentError("this machine cannot honour the job's execution profile: " + *reason);
    }
    data_ = std::make_shared<const training::JobData>(training::load_job_data(context_, data::DirectoryStore(store_)));
    engine_ = std::make_unique<training::TrainingEngine>(
        context_, data_, training::Parallelism{.threads = threads_, .implementation = implementation_of(track_)});
    states_ = {engine_->initial_state()};
    open_memory();
}

/// Without it everything is executed anew, which is slower and as right.
void ExecutionTrack::open_memory() {
    if (folder_.empty()) {
        return;
    }
    try {
        memory_.emplace(folder_);
    } catch (const Error& error) {
        progress_("execution " + std::to_string(track_ + 1) + " begins with the first segment: " + error.what());
    }
}

std::optional<ExecutionTrack::Known> ExecutionTrack::recall(SegmentIndex segment, const Hash32& previous) {
    if (!memory_) {
        return std::nullopt;
    }
    for (const auto& note : memory_->notes.read()) {
        const auto* done = std::get_if<node::Reveal>(&note);
        const bool wanted = done != nullptr && done->opening.job_hash == context_.job_hash &&
                            done->opening.segment == segment && done->opening.previous_digest == previous;
        auto state = wanted ? memory_->states.get(done->digest) : std::nullopt;
        if (state &&
            node::opens_to(done->digest, hash::seal(done->opening), *state, context_.spec.schedule.rounds_per_segment)) {
            progress_("segment " + std::to_string(segment.value) + ", execution " + std::to_string(track_ + 1) +
                      ": known from an earlier start");
            return Known{done->digest, done->opening, *std::move(state)};
        }
    }
    return std::nullopt;
}

/// The state first: a note names what is there.
void ExecutionTrack::keep() {
    const auto done = std::exchange(unkept_, std::nullopt);
    if (!memory_ || !done) {
        return;
    }
    try {
        memory_->states.put(done->digest, states_.back());
        memory_->notes.keep(*done);
    } catch (const Error& error) {
        progress_("execution " + std::to_string(track_ + 1) + " is not kept: " + error.what());
    }
}

ExecutionTrack::Known ExecutionTrack::run(SegmentIndex segment, const Hash32& previous, const training::TrainingState& before) {
    comm::SoloCommunicator alone;
    auto result = engine_->run(task_of(segment, previous), before, alone, [&](const training::RoundTrace& round) {
        progress_("segment " + std::to_string(segment.value) + ", execution " + std::to_string(track_ + 1) + ", round " +
                  std::to_string(round.round) + ": accuracy " + std::to_string(round.metric_bp) + " bp");
    });
    node::Reveal& done = unkept_.emplace();
    done.segment = segment;
    done.digest = result.digest;
    done.opening = result.opening;
    return {result.digest, result.opening, std::move(result.state)};
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
        unkept_.reset();
        auto known = recall(segment, previous);
        if (!known) {
            known = run(segment, previous, before);
        }
        report.digest = known->digest;
        openings_.resize(segment.value);
        openings_.push_back(known->opening);
        states_.resize(segment.value + 1);
        states_.push_back(std::move(known->state));
    } catch (const std::exception& error) {
        report.failure = error.what();
    }
    return report;
}

}  // namespace cone::cli
