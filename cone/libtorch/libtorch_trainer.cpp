// Batches, steps and chunks around the passes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/libtorch_trainer.hpp"

#include <algorithm>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/libtorch/determinism.hpp"
#include "cone/libtorch/loops.hpp"
#include "cone/libtorch/passes.hpp"

namespace cone::libtorch {
namespace {

using model::LocalResult;
using model::LocalRun;
using model::Network;

Network checked_network(const job::ModelSpec& model) {
    std::string problems;
    for (const auto& problem : determinism_problems()) {
        problems += (problems.empty() ? "" : "; ") + problem;
    }
    if (!problems.empty()) {
        throw EnvironmentError("libtorch would not give reproducible bits: " + problems);
    }
    return model::make_network(model);
}

void require_usable(const job::LocalTraining& local) {
    if (local.optimiser != job::OptimiserKind::Sgd || local.max_gradient_norm > 0 || local.virtual_shards != 1) {
        throw ConfigError("the engine \"libtorch\" trains with sgd, without clipping and virtual shards",
                          "use execution.engine = \"exact\"");
    }
}

std::span<float> values(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), narrow<std::size_t>(tensor.numel())};
}

at::Tensor empty_images(const Network& network, std::size_t count) {
    return at::empty({narrow<std::int64_t>(count), network.channels, network.height, network.width});
}

/// Holds tensors that live as long as the trainer: weights and gradients as one piece each, seen through their parameters.
class LibtorchTrainer final : public model::Trainer {
public:
    explicit LibtorchTrainer(const job::ModelSpec& model) : network_(checked_network(model)), steps_(steps_of(network_)) {
        const c10::InferenceMode guard;
        weights_ = at::zeros({narrow<std::int64_t>(network_.values)});
        gradient_ = at::zeros_like(weights_);
        parameters_ = parameter_views(network_, weights_);
        gradients_ = parameter_views(network_, gradient_);
    }

    [[nodiscard]] const Network& network() const override { return network_; }

    [[nodiscard]] LocalResult train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                    const OnStep& on_step, const model::ShardTeam* /*team*/) override {
        const c10::InferenceMode guard;
        require_usable(run.local);
        load(weights);
        const auto current = values(weights_);
        std::vector<float> velocity(current.size(), 0.0f);
        const SgdStep step{.rate = static_cast<float>(run.learning_rate),
                           .momentum = static_cast<float>(run.local.momentum),
                           .decay = static_cast<float>(run.local.weight_decay)};
        std::uint32_t done = 0;
        for (std::uint32_t epoch = 0; epoch < run.local.epochs; ++epoch) {
            const auto order = model::epoch_order(run, epoch, shard.images);
            for (std::size_t first = 0; first < order.size(); first += run.local.batch) {
                compute_gradient(shard,
                                 std::span(order).subspan(first, std::min<std::size_t>(run.local.batch, order.size() - first)));
                sgd(step, values(gradient_), velocity, current);
                if (on_step) {
                    on_step(done, current);
                }
                ++done;
            }
        }
        return {{current.begin(), current.end()}, std::nullopt};
    }

    [[nodiscard]] std::vector<float> logits(std::span<const float> weights, const data::Shard& shard, std::uint32_t first,
                                            std::uint32_t count) override {
        CONE_ASSERT(first <= shard.images && count <= shard.images - first, "images of the shard");
        const c10::InferenceMode guard;
        load(weights);
        auto images = empty_images(network_, count);
        const auto size = shard.image_bytes();
        normalise(ByteSpan(shard.pixels).subspan(first * size, count * size), values(images));
        const auto out = forward(steps_, parameters_, std::move(images), nullptr);
        return {values(out).begin(), values(out).end()};
    }

private:
    void load(std::span<const float> from) {
        CONE_ASSERT(from.size() == network_.values, "one weight for each of the network's");
        std::copy(from.begin(), from.end(), values(weights_).begin());
    }

    void compute_gradient(const data::Shard& shard, std::span<const std::uint32_t> rows) {
        auto images = empty_images(network_, rows.size());
        const auto size = shard.image_bytes();
        labels_.clear();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            normalise(ByteSpan(shard.pixels).subspan(rows[i] * size, size), values(images).subspan(i * size, size));
            labels_.push_back(shard.labels[rows[i]]);
        }
        Tape tape;
        const auto logits = forward(steps_, parameters_, std::move(images), &tape);
        auto grad = at::empty_like(logits);
        cross_entropy_gradient(values(logits), labels_, network_.classes, values(grad));
        backward(steps_, parameters_, tape, std::move(grad), gradients_);
    }

    Network network_;
    std::vector<Step> steps_;
    at::Tensor weights_;
    at::Tensor gradient_;
    std::vector<at::Tensor> parameters_;
    std::vector<at::Tensor> gradients_;
    std::vector<std::uint8_t> labels_;
};

}  // namespace

std::unique_ptr<model::Trainer> make_trainer(const job::ModelSpec& model) {
    return std::make_unique<LibtorchTrainer>(model);
}

}  // namespace cone::libtorch
