// Epochs and steps around a kernels::Engine.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/exact_trainer.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "cone/base/errors.hpp"
#include "cone/model/batch_gradient.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::model {
namespace {

using kernels::Status;

/// An engine for a number of threads.
using MakeEngine = std::function<std::unique_ptr<kernels::Engine>(const kernels::Network&, std::uint32_t threads)>;

class ExactTrainer final : public Trainer {
public:
    ExactTrainer(Network network, MakeEngine make_engine, std::uint32_t block, std::uint32_t threads)
        : network_(std::move(network)), make_engine_(std::move(make_engine)), block_(block), threads_(threads) {}

    [[nodiscard]] const Network& network() const override { return network_; }

    [[nodiscard]] LocalResult train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                    const OnStep& on_step, const ShardTeam* team) override {
        const auto optimiser = optimiser_of(run);
        Worker& worker = worker_with(run.threads == 0 ? threads_ : run.threads);
        kernels::Engine& engine = *worker.engine;
        engine.set_weights(weights);
        std::uint32_t step = 0;
        for (std::uint32_t epoch = 0; epoch < run.local.epochs; ++epoch) {
            const auto order = epoch_order(run, epoch, shard.images);
            for (std::size_t first = 0; first < order.size(); first += run.local.batch) {
                const auto rows = std::span(order).subspan(first, std::min<std::size_t>(run.local.batch, order.size() - first));
                if (worker.gradient.compute(shard, rows, run, epoch, team) != Status::Ok ||
                    engine.apply(optimiser) != Status::Ok) {
                    return {copy(engine.weights()), step};
                }
                if (on_step) {
                    on_step(step, engine.weights());
                }
                ++step;
            }
        }
        return {copy(engine.weights()), std::nullopt};
    }

    [[nodiscard]] std::vector<float> logits(std::span<const float> weights, const data::Shard& shard, std::uint32_t first,
                                            std::uint32_t count) override {
        CONE_ASSERT(first <= shard.images && count <= shard.images - first, "images of the shard");
        kernels::Engine& engine = *worker_with(threads_).engine;
        engine.set_weights(weights);
        rows_.clear();
        for (std::uint32_t i = 0; i < count; ++i) {
            rows_.push_back(image(shard, first + i));
        }
        std::vector<float> out(std::size_t{count} * network_.classes);
        engine.logits({.rows = rows_, .table = pixel_table()}, out);
        return out;
    }

private:
    struct Worker {
        std::unique_ptr<kernels::Engine> engine;
        BatchGradient gradient;
    };

    Worker& worker_with(std::uint32_t threads) {
        const auto found = workers_.find(threads);
        if (found != workers_.end()) {
            return found->second;
        }
        auto engine = make_engine_(network_.graph, threads);
        kernels::Engine& kept = *engine;
        return workers_.emplace(threads, Worker{std::move(engine), {kept, network_.values, block_}}).first->second;
    }

    static std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

    static const std::uint8_t* image(const data::Shard& shard, std::uint32_t row) {
        return shard.pixels.data() + row * shard.image_bytes();
    }

    Network network_;
    MakeEngine make_engine_;
    std::uint32_t block_;
    std::uint32_t threads_;
    std::map<std::uint32_t, Worker> workers_;  ///< by threads, made when first asked for
    std::vector<const std::uint8_t*> rows_;
};

kernels::Isa isa_of(Implementation implementation) {
    const auto isa = implementation == Implementation::Best     ? kernels::best_isa()
                     : implementation == Implementation::Avx512 ? kernels::Isa::Avx512
                     : implementation == Implementation::Avx2   ? kernels::Isa::Avx2
                                                                : kernels::Isa::Portable;
    if (isa > kernels::best_isa()) {
        throw ConfigError("this processor lacks the instructions of the implementation asked for", "leave the choice to CONE");
    }
    return isa;
}

MakeEngine engines_of(Implementation implementation) {
    if (implementation == Implementation::Reference) {
        return [](const kernels::Network& graph, std::uint32_t) { return kernels::make_reference_engine(graph); };
    }
    return [isa = isa_of(implementation)](const kernels::Network& graph, std::uint32_t threads) {
        return kernels::make_cpu_engine(graph, threads, isa);
    };
}

}  // namespace

std::unique_ptr<Trainer> make_exact_trainer(const job::ModelSpec& model, std::uint32_t block, std::uint32_t threads,
                                            Implementation implementation) {
    return std::make_unique<ExactTrainer>(make_network(model), engines_of(implementation), block, threads);
}

std::unique_ptr<Trainer> make_reference_trainer(const job::ModelSpec& model, std::uint32_t block) {
    return make_exact_trainer(model, block, 1, Implementation::Reference);
}

}  // namespace cone::model
