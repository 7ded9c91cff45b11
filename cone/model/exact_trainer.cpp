// Epochs and steps around a kernels::Engine.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/exact_trainer.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/model/batch_gradient.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::model {
namespace {

using kernels::Status;

class ExactTrainer final : public Trainer {
public:
    ExactTrainer(Network network, std::unique_ptr<kernels::Engine> engine, std::uint32_t block)
        : network_(std::move(network)), engine_(std::move(engine)), gradient_(*engine_, network_.values, block) {}

    [[nodiscard]] const Network& network() const override { return network_; }

    [[nodiscard]] LocalResult train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                    const OnStep& on_step, const ShardTeam* team) override {
        const auto optimiser = optimiser_of(run);
        engine_->set_weights(weights);
        std::uint32_t step = 0;
        for (std::uint32_t epoch = 0; epoch < run.local.epochs; ++epoch) {
            const auto order = epoch_order(run, epoch, shard.images);
            for (std::size_t first = 0; first < order.size(); first += run.local.batch) {
                const auto rows = std::span(order).subspan(first, std::min<std::size_t>(run.local.batch, order.size() - first));
                if (gradient_.compute(shard, rows, run, epoch, team) != Status::Ok || engine_->apply(optimiser) != Status::Ok) {
                    return {current(), step};
                }
                if (on_step) {
                    on_step(step, engine_->weights());
                }
                ++step;
            }
        }
        return {current(), std::nullopt};
    }

    [[nodiscard]] std::vector<float> logits(std::span<const float> weights, const data::Shard& shard, std::uint32_t first,
                                            std::uint32_t count) override {
        CONE_ASSERT(first <= shard.images && count <= shard.images - first, "images of the shard");
        engine_->set_weights(weights);
        rows_.clear();
        for (std::uint32_t i = 0; i < count; ++i) {
            rows_.push_back(image(shard, first + i));
        }
        std::vector<float> out(std::size_t{count} * network_.classes);
        engine_->logits({.rows = rows_, .table = pixel_table()}, out);
        return out;
    }

private:
    [[nodiscard]] std::vector<float> current() {
        const auto weights = engine_->weights();
        return {weights.begin(), weights.end()};
    }

    static const std::uint8_t* image(const data::Shard& shard, std::uint32_t row) {
        return shard.pixels.data() + row * shard.image_bytes();
    }

    Network network_;
    std::unique_ptr<kernels::Engine> engine_;
    BatchGradient gradient_;
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

std::unique_ptr<kernels::Engine> engine_of(const kernels::Network& graph, std::uint32_t threads,
                                           Implementation implementation) {
    return implementation == Implementation::Reference ? kernels::make_reference_engine(graph)
                                                       : kernels::make_cpu_engine(graph, threads, isa_of(implementation));
}

}  // namespace

std::unique_ptr<Trainer> make_exact_trainer(const job::ModelSpec& model, std::uint32_t block, std::uint32_t threads,
                                            Implementation implementation) {
    auto network = make_network(model);
    auto engine = engine_of(network.graph, threads, implementation);
    return std::make_unique<ExactTrainer>(std::move(network), std::move(engine), block);
}

std::unique_ptr<Trainer> make_reference_trainer(const job::ModelSpec& model, std::uint32_t block) {
    return make_exact_trainer(model, block, 1, Implementation::Reference);
}

}  // namespace cone::model
