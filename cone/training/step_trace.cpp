// Records from the reference engine's observer, then from the sum and the optimiser.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/step_trace.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/hash/merkle.hpp"
#include "cone/model/batch_gradient.hpp"

namespace cone::training {
namespace {

using kernels::Status;
using trace::OperatorPass;

Hash32 digest_of(std::span<const float> values) {
    static_assert(std::endian::native == std::endian::little, "canonical floats are little-endian");
    std::vector<std::uint32_t> bits(values.size());
    std::transform(values.begin(), values.end(), bits.begin(),
                   [](float value) { return std::isnan(value) ? 0x7fc00000u : std::bit_cast<std::uint32_t>(value); });
    return hash::bytes_root({reinterpret_cast<const std::uint8_t*>(bits.data()), bits.size() * sizeof(float)});
}

/// The rows of a step's batch, which stay valid until the next call.
class StepRows {
public:
    explicit StepRows(const LocalTask& task) : task_(task) {}

    std::span<const std::uint32_t> of(std::uint32_t step) {
        const auto batch = task_.run.local.batch;
        const auto per_epoch = (task_.shard.images + batch - 1) / batch;
        if (order_.empty() || step / per_epoch != epoch_) {
            epoch_ = step / per_epoch;
            order_ = model::epoch_order(task_.run, epoch_, task_.shard.images);
        }
        const auto first = std::size_t{step % per_epoch} * batch;
        return std::span(order_).subspan(first, std::min<std::size_t>(batch, order_.size() - first));
    }
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }

private:
    const LocalTask& task_;
    std::uint32_t epoch_ = 0;
    std::vector<std::uint32_t> order_;
};

[[nodiscard]] Status optimise(const LocalTask& task, std::span<float> gradient, LocalState& state) {
    kernels::OptimiserState moments{state.first, state.second, state.steps};
    kernels::reference::optimise(model::optimiser_of(task.run), gradient, moments, state.weights);
    state.steps = moments.steps;
    const bool finite =
        std::all_of(state.weights.begin(), state.weights.end(), [](float value) { return std::isfinite(value); });
    return finite ? Status::Ok : Status::NotFinite;
}

/// Names what the observer sees: it tells weight from bias and input from other by their order alone.
class Recorder {
public:
    explicit Recorder(const kernels::Network& network) : network_(network) {}

    void observe(std::size_t layer, kernels::Pass pass, std::span<const float> values) {
        if (pass == kernels::Pass::Forward && layer == 0) {
            ++shards_;
        }
        const bool again = !records.empty() && records.back().layer == layer;
        add(shards_ - 1, layer, name_of(layer, pass, again), values);
    }

    void add_whole(const char* word, OperatorPass pass, std::span<const float> values) {
        records.push_back({0, narrow<std::uint32_t>(network_.layers.size()), word, pass, digest_of(values)});
    }

    [[nodiscard]] std::uint32_t shards() const { return shards_; }

    std::vector<trace::OperatorRecord> records;

private:
    [[nodiscard]] OperatorPass name_of(std::size_t layer, kernels::Pass pass, bool again) const {
        if (pass == kernels::Pass::Forward) {
            return OperatorPass::Forward;
        }
        if (layer == network_.layers.size()) {
            return OperatorPass::LossGradient;
        }
        if (pass == kernels::Pass::WeightGradient) {
            return again ? OperatorPass::BiasGradient : OperatorPass::WeightGradient;
        }
        const auto& l = network_.layers[layer];
        const bool is_other = l.op == kernels::Op::Add && (again || l.input == 0);
        return is_other ? OperatorPass::OtherGradient : OperatorPass::DataGradient;
    }

    void add(std::uint32_t shard, std::size_t layer, OperatorPass pass, std::span<const float> values) {
        const char* word = layer < network_.layers.size() ? kernels::name_of(network_.layers[layer].op) : "cross_entropy";
        records.push_back({shard, narrow<std::uint32_t>(layer), word, pass, digest_of(values)});
    }

    const kernels::Network& network_;
    std::uint32_t shards_ = 0;
};

/// What follows the gradient; false when the weights are no longer finite.
bool trace_optimiser(const LocalTask& task, std::span<float> gradient, LocalState& state, Recorder& recorder) {
    const auto status = optimise(task, gradient, state);
    recorder.add_whole("optimiser", OperatorPass::FirstMoment, state.first);
    if (task.run.local.optimiser != job::OptimiserKind::Sgd) {
        recorder.add_whole("optimiser", OperatorPass::SecondMoment, state.second);
    }
    recorder.add_whole("optimiser", OperatorPass::Weights, state.weights);
    return status == Status::Ok;
}

}  // namespace

LocalState state_after(kernels::Engine& engine, const LocalTask& task, std::span<const float> weights, std::uint32_t steps) {
    LocalState state{.weights = {weights.begin(), weights.end()},
                     .first = std::vector<float>(weights.size()),
                     .second = std::vector<float>(weights.size())};
    model::BatchGradient gradient(engine, task.network.values, task.block);
    StepRows rows(task);
    while (state.steps < steps) {
        const auto step = state.steps;
        engine.set_weights(state.weights);
        const auto batch = rows.of(step);
        if (gradient.compute(task.shard, batch, task.run, rows.epoch()) != Status::Ok ||
            optimise(task, engine.gradient_values(), state) != Status::Ok) {
            throw DataError("the training stopped in local step " + std::to_string(step) + ", which is not finite",
                            "name that step or one before it");
        }
    }
    return state;
}

TracedStep trace_step(const LocalTask& task, LocalState before) {
    CONE_ASSERT(before.steps < model::local_steps(task.run.local, task.shard.images), "a step of the training");
    Recorder recorder(task.network.graph);
    const auto engine = kernels::make_reference_engine(
        task.network.graph,
        [&](std::size_t layer, kernels::Pass pass, std::span<const float> values) { recorder.observe(layer, pass, values); });
    engine->set_weights(before.weights);
    model::BatchGradient gradient(*engine, task.network.values, task.block);
    StepRows rows(task);
    const auto batch = rows.of(before.steps);
    const auto status = gradient.compute(task.shard, batch, task.run, rows.epoch());
    bool finite = status == Status::Ok;
    if (finite) {
        if (task.run.local.virtual_shards > 1) {
            recorder.add_whole("sum", OperatorPass::ShardSum, engine->gradient_values());
        }
        finite = trace_optimiser(task, engine->gradient_values(), before, recorder);
    }
    return {std::move(recorder.records), std::move(before), finite};
}

}  // namespace cone::training
