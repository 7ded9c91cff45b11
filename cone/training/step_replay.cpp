// Takes the weights that the round gave the seller out of an ordinary execution.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/step_replay.hpp"

#include <string>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/weights.hpp"
#include "cone/training/custodial.hpp"
#include "cone/training/engine.hpp"
#include "cone/training/step_trace.hpp"

namespace cone::training {
namespace {

/// What a round asked of its sellers, seen from where updates are made.
struct Asked {
    std::vector<std::uint32_t> sellers;
    std::vector<float> weights;  ///< the round's
};

class WatchedSource final : public UpdateSource {
public:
    WatchedSource(std::unique_ptr<UpdateSource> source, std::uint32_t round, Asked& asked)
        : source_(std::move(source)), round_(round), asked_(asked) {}

    [[nodiscard]] Update update(const UpdateTask& task) override {
        if (task.round.value == round_) {
            asked_.sellers.push_back(task.seller.value);
            asked_.weights.assign(task.weights.begin(), task.weights.end());
        }
        return source_->update(task);
    }

private:
    std::unique_ptr<UpdateSource> source_;
    std::uint32_t round_;
    Asked& asked_;
};

void require_in(const trace::StepName& name, const char* what, std::uint32_t value, std::uint32_t first, std::uint32_t end,
                const std::string& of) {
    if (value < first || value >= end) {
        throw ConfigError("step " + text_of(name) + ": there is no " + what + " " + std::to_string(value),
                          of + " has " + what + "s " + std::to_string(first) + " to " + std::to_string(end - 1));
    }
}

Asked ask(const JobContext& context, const std::shared_ptr<const JobData>& data, const trace::StepName& name,
          const std::function<void(const RoundTrace&)>& on_round) {
    Asked asked;
    TrainingEngine engine(context, data, {}, [&](const JobData& job, model::Trainer& trainer) {
        return std::make_unique<WatchedSource>(std::make_unique<CustodialUpdateSource>(context.spec, job, trainer), name.round,
                                               asked);
    });
    comm::SoloCommunicator alone;
    auto state = engine.initial_state();
    Hash32 previous = context.job_hash;
    for (std::uint32_t segment = 0; segment <= name.segment; ++segment) {
        auto result = engine.run({.segment = SegmentIndex(segment),
                                  .attempt = AttemptIndex(0),
                                  .previous_digest = previous,
                                  .attempt_seed = {}},  // for the witness only
                                 state, alone, on_round);
        state = std::move(result.state);
        previous = result.digest;
    }
    return asked;
}

void require_picked(const trace::StepName& name, const Asked& asked) {
    std::string picked;
    for (const auto seller : asked.sellers) {
        if (seller == name.seller) {
            return;
        }
        picked += (picked.empty() ? "" : ", ") + std::to_string(seller);
    }
    throw ConfigError("step " + text_of(name) + ": round " + std::to_string(name.round) + " did not pick seller " +
                          std::to_string(name.seller),
                      "it picked " + picked);
}

}  // namespace

void require_step(const JobContext& context, const JobData& data, const trace::StepName& name) {
    const auto& spec = context.spec;
    if (spec.profile.engine != model::kExactEngine) {
        throw ConfigError("operators are traced on the engine \"exact\", the job's is \"" + spec.profile.engine + "\"");
    }
    require_in(name, "segment", name.segment, 0, spec.schedule.segments(), "the job");
    const auto first = name.segment * spec.schedule.rounds_per_segment;
    require_in(name, "round", name.round, first, first + spec.schedule.rounds_per_segment,
               "segment " + std::to_string(name.segment));
    require_in(name, "seller", name.seller, 0, narrow<std::uint32_t>(data.sellers.size()), "the job");
    require_in(name, "step", name.step, 0, model::local_steps(spec.local, data.sellers[name.seller].images),
               "seller " + std::to_string(name.seller));
}

trace::StepTrace trace_of(const JobContext& context, const JobData& data, const trace::StepName& name,
                          std::span<const float> weights) {
    const auto& spec = context.spec;
    const auto network = model::make_network(spec.model);
    const LocalTask task{.network = network,
                         .block = spec.profile.block,
                         .shard = data.sellers[name.seller],
                         .run = {.local = spec.local,
                                 .learning_rate = learning_rate_of(spec.local, RoundIndex(name.round)),
                                 .training_seed = spec.schedule.training_seed,
                                 .round = RoundIndex(name.round),
                                 .seller = SellerIndex(name.seller)}};
    const auto engine = kernels::make_cpu_engine(network.graph);
    auto before = state_after(*engine, task, weights, name.step);
    const Hash32 root = model::weights_root(network, before.weights);
    auto traced = trace_step(task, std::move(before));
    return {.job_hash = context.job_hash,
            .name = name,
            .state_before = root,
            .state_after = traced.finite ? model::weights_root(network, traced.after.weights) : Hash32{},
            .operators = std::move(traced.operators)};
}

trace::StepTrace replay_step(const JobContext& context, std::shared_ptr<const JobData> data, const trace::StepName& name,
                             const std::function<void(const RoundTrace&)>& on_round) {
    require_step(context, *data, name);
    const auto asked = ask(context, data, name, on_round);
    require_picked(name, asked);
    return trace_of(context, *data, name, asked.weights);
}

}  // namespace cone::training
