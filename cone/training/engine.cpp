// From state to state, with the digest on the way.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/engine.hpp"

#include <array>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/market/round.hpp"
#include "cone/model/weights.hpp"
#include "cone/trace/documents.hpp"
#include "cone/training/custodial.hpp"
#include "cone/training/evaluation.hpp"
#include "cone/training/one_state.hpp"
#include "cone/training/profile.hpp"
#include "cone/training/round.hpp"

namespace cone::training {
namespace {

[[noreturn]] void refuse(const SegmentTask& task, const std::string& reason) {
    throw DataError("state before segment " + std::to_string(task.segment.value) + ": " + reason);
}

void require_state(const JobContext& context, const SegmentTask& task, const TrainingState& from) {
    const auto sellers = context.shard_roots.size();
    if (task.segment.value >= context.spec.schedule.segments()) {
        refuse(task, "the job has " + std::to_string(context.spec.schedule.segments()) + " segments");
    }
    if (from.distribution.size() != sellers || from.accesses.size() != sellers) {
        refuse(task, std::to_string(from.distribution.size()) + " probabilities and " + std::to_string(from.accesses.size()) +
                         " access counts for " + std::to_string(sellers) + " sellers");
    }
    for (const double p : from.distribution) {
        if (!(p >= 0 && p <= 1)) {
            refuse(task, "a probability is not in [0, 1]");
        }
    }
    const auto rounds = std::uint64_t{task.segment.value} * context.spec.schedule.rounds_per_segment;
    if (from.rounds_done != rounds) {
        refuse(task, std::to_string(from.rounds_done) + " rounds are done, " + std::to_string(rounds) + " come before it");
    }
}

LiveState unpack(const RoundTools& tools, const TrainingState& from) {
    LiveState state{.weights = model::weights_from_canonical(tools.trainer.network(), from.weights),
                    .distribution = from.distribution,
                    .accesses = from.accesses};
    const Stopwatch watch;
    const std::array<const data::Shard*, 1> validation{&tools.data.validation};
    state.utility = evaluate_shared(tools.trainer, state.weights, validation, tools.team).front().utility();
    tools.timing.training += watch.seconds();
    return state;
}

std::vector<RoundTrace> run_rounds(const RoundTools& tools, const SegmentTask& task, std::uint32_t rounds_done,
                                   LiveState& state, const std::function<void(const RoundTrace&)>& on_round) {
    std::vector<RoundTrace> trace;
    for (std::uint32_t r = 0; r < tools.spec.schedule.rounds_per_segment; ++r) {
        require_one_state(tools.team, task.attempt_seed, state);
        trace.push_back(run_round(tools, RoundIndex(rounds_done + r), state));
        if (on_round) {
            on_round(trace.back());
        }
    }
    require_one_state(tools.team, task.attempt_seed, state);
    return trace;
}

SegmentResult seal(const JobContext& context, const SegmentTask& task, std::vector<RoundTrace> trace, TrainingState state) {
    const auto& last = trace.back();
    SegmentResult result;
    result.opening = {.job_hash = context.job_hash,
                      .segment = task.segment,
                      .previous_digest = task.previous_digest,
                      .state_root = last.state_root,
                      .osmd_root = last.osmd_root,
                      .metric_bp = last.metric_bp,
                      .accesses_root = hash::accesses_root(state.accesses),
                      .trace_root = trace::trace_root(trace)};
    result.digest = hash::segment_digest(result.opening);
    result.witness = hash::witness(task.attempt_seed, result.opening.trace_root);
    result.state = std::move(state);
    result.trace = std::move(trace);
    return result;
}

}  // namespace

TrainingEngine::TrainingEngine(JobContext context, std::shared_ptr<const JobData> data, const Parallelism& parallelism,
                               const MakeSource& make_source)
    : context_(std::move(context)),
      data_(std::move(data)),
      parallelism_(parallelism),
      trainer_(make_trainer(context_.spec.model, context_.spec.profile, parallelism)) {
    source_ = make_source ? make_source(*data_, *trainer_)
                          : std::make_unique<CustodialUpdateSource>(context_.spec, *data_, *trainer_);
}

TrainingState TrainingEngine::initial_state() {
    const auto& network = trainer_->network();
    const auto sellers = context_.shard_roots.size();
    return {.weights = model::canonical_weights(network, model::initial_weights(network, context_.spec.model.init_seed)),
            .distribution = market::uniform_distribution(sellers),
            .accesses = std::vector<std::uint32_t>(sellers, 0)};
}

SegmentResult TrainingEngine::run(const SegmentTask& task, const TrainingState& from, comm::Communicator& team,
                                  const std::function<void(const RoundTrace&)>& on_round) {
    require_state(context_, task, from);
    Timing timing;
    const RoundTools tools{context_.spec, *data_, *trainer_, *source_, team, timing, parallelism_.split, parallelism_.threads};
    auto state = unpack(tools, from);
    auto trace = run_rounds(tools, task, from.rounds_done, state, on_round);
    const Stopwatch watch;
    TrainingState after{.weights = model::canonical_weights(trainer_->network(), state.weights),
                        .distribution = std::move(state.distribution),
                        .accesses = std::move(state.accesses),
                        .rounds_done = from.rounds_done + context_.spec.schedule.rounds_per_segment};
    auto result = seal(context_, task, std::move(trace), std::move(after));
    result.digest_seconds = timing.hashing + watch.seconds();
    result.training_seconds = timing.training;
    return result;
}

std::unique_ptr<TrainingEngine> make_engine(const JobContext& context, const data::ContentStore& store,
                                            const Parallelism& parallelism, const TrainingEngine::MakeSource& make_source) {
    if (const auto reason = check_profile(context.spec.profile)) {
        throw EnvironmentError("this machine cannot honour the job's execution profile: " + *reason,
                               "take part in jobs posted with a profile of this machine: cone doctor");
    }
    return std::make_unique<TrainingEngine>(context, std::make_shared<const JobData>(load_job_data(context, store)),
                                            parallelism, make_source);
}

}  // namespace cone::training
