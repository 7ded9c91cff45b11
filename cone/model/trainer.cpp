// Batches, steps and chunks around the passes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/trainer.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/model/determinism.hpp"
#include "cone/model/loops.hpp"
#include "cone/model/passes.hpp"

namespace cone::model {
namespace {

constexpr unsigned kSellerShift = 44;  // index of a shuffle draw: seller | epoch (12 bits) | position (32 bits)
constexpr unsigned kEpochShift = 32;

Network checked_network(const job::ModelSpec& model) {
    std::string problems;
    for (const auto& problem : determinism_problems()) {
        problems += (problems.empty() ? "" : "; ") + problem;
    }
    if (!problems.empty()) {
        throw EnvironmentError("libtorch would not give reproducible bits: " + problems);
    }
    return make_network(model);
}

std::span<float> values(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), narrow<std::size_t>(tensor.numel())};
}

at::Tensor empty_images(const Network& network, std::size_t count) {
    return at::empty({narrow<std::int64_t>(count), network.channels, network.height, network.width});
}

}  // namespace

std::uint32_t local_steps(const job::LocalTraining& local, std::uint32_t images) {
    CONE_ASSERT(local.batch > 0, "validated by the job spec");
    return local.epochs * (images / local.batch + (images % local.batch != 0 ? 1 : 0));
}

std::vector<std::uint32_t> epoch_order(const LocalRun& run, std::uint32_t epoch, std::uint32_t images) {
    CONE_ASSERT(run.seller.value < (1u << 20) && epoch < (1u << 12), "fields of the shuffle index");
    const std::uint64_t base = (std::uint64_t{run.seller.value} << kSellerShift) | (std::uint64_t{epoch} << kEpochShift);
    const Rng rng(run.training_seed, RngStream::Shuffle, run.round.value);
    std::vector<std::uint32_t> order(images);
    std::iota(order.begin(), order.end(), 0u);
    for (std::uint32_t i = images; i > 1; --i) {
        std::swap(order[i - 1], order[rng.below(base | i, i)]);
    }
    return order;
}

void require_fits(const job::ModelSpec& model, const data::Shard& shard) {
    if (shard.channels != model.channels || shard.height != model.height || shard.width != model.width) {
        const auto shape = [](auto c, auto h, auto w) {
            return std::to_string(c) + " x " + std::to_string(h) + " x " + std::to_string(w);
        };
        throw DataError("images of " + shape(shard.channels, shard.height, shard.width) + ", the model takes " +
                        shape(model.channels, model.height, model.width));
    }
    for (std::size_t row = 0; row < shard.labels.size(); ++row) {
        if (shard.labels[row] >= model.classes) {
            throw DataError("label " + std::to_string(shard.labels[row]) + " in row " + std::to_string(row) + " is not below " +
                            std::to_string(model.classes));
        }
    }
}

/// Tensors that live as long as the trainer: weights and gradients as one piece each, seen through their parameters.
struct Trainer::State {
    explicit State(const job::ModelSpec& model) : network(checked_network(model)) {
        const c10::InferenceMode guard;
        weights = at::zeros({narrow<std::int64_t>(network.values)});
        gradient = at::zeros_like(weights);
        parameters = parameter_views(network, weights);
        gradients = parameter_views(network, gradient);
    }

    void load(std::span<const float> from) {
        CONE_ASSERT(from.size() == network.values, "one weight for each of the network's");
        std::copy(from.begin(), from.end(), values(weights).begin());
    }

    at::Tensor batch(const data::Shard& shard, std::span<const std::uint32_t> rows, std::vector<std::uint8_t>& labels) const {
        auto images = empty_images(network, rows.size());
        const auto size = shard.image_bytes();
        labels.clear();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            normalise(ByteSpan(shard.pixels).subspan(rows[i] * size, size), values(images).subspan(i * size, size));
            labels.push_back(shard.labels[rows[i]]);
        }
        return images;
    }

    void compute_gradient(at::Tensor images, std::span<const std::uint8_t> labels) {
        Tape tape;
        const auto logits = forward(network, parameters, std::move(images), &tape);
        auto grad = at::empty_like(logits);
        cross_entropy_gradient(values(logits), labels, network.classes, values(grad));
        backward(network, parameters, tape, std::move(grad), gradients);
    }

    Network network;
    at::Tensor weights;
    at::Tensor gradient;
    std::vector<at::Tensor> parameters;
    std::vector<at::Tensor> gradients;
};

Trainer::Trainer(const job::ModelSpec& model) : state_(std::make_unique<State>(model)) {}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

const Network& Trainer::network() const {
    return state_->network;
}

std::vector<float> Trainer::train(std::span<const float> weights, const data::Shard& shard, const LocalRun& run,
                                  const OnStep& on_step) {
    const c10::InferenceMode guard;
    state_->load(weights);
    const auto current = values(state_->weights);
    std::vector<float> velocity(current.size(), 0.0f);
    const SgdStep step{.rate = static_cast<float>(run.learning_rate),
                       .momentum = static_cast<float>(run.local.momentum),
                       .decay = static_cast<float>(run.local.weight_decay)};
    std::vector<std::uint8_t> labels;
    std::uint32_t done = 0;
    for (std::uint32_t epoch = 0; epoch < run.local.epochs; ++epoch) {
        const auto order = epoch_order(run, epoch, shard.images);
        for (std::size_t first = 0; first < order.size(); first += run.local.batch) {
            const auto rows = std::span(order).subspan(first, std::min<std::size_t>(run.local.batch, order.size() - first));
            auto images = state_->batch(shard, rows, labels);
            state_->compute_gradient(std::move(images), labels);
            sgd(step, values(state_->gradient), velocity, current);
            if (on_step) {
                on_step(done, current);
            }
            ++done;
        }
    }
    return {current.begin(), current.end()};
}

std::vector<float> Trainer::logits(std::span<const float> weights, const data::Shard& shard, std::uint32_t first,
                                   std::uint32_t count) {
    CONE_ASSERT(first <= shard.images && count <= shard.images - first, "images of the shard");
    const c10::InferenceMode guard;
    state_->load(weights);
    auto images = empty_images(state_->network, count);
    const auto size = shard.image_bytes();
    normalise(ByteSpan(shard.pixels).subspan(first * size, count * size), values(images));
    const auto out = forward(state_->network, state_->parameters, std::move(images), nullptr);
    return {values(out).begin(), values(out).end()};
}

}  // namespace cone::model
