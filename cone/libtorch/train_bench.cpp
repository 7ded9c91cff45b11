// The plain loop is what the libtorch tutorial shows, module by module.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/train_bench.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>

#include "cone/base/errors.hpp"
#include "cone/base/rng.hpp"
#include "cone/libtorch/steps.hpp"
#include "cone/libtorch/torch_pch.hpp"
#include "cone/model/trainer.hpp"
#include "cone/model/weights.hpp"

namespace cone::libtorch {
namespace {

data::Shard random_shard(const job::ModelSpec& model, std::uint32_t images) {
    data::Shard shard{
        .images = images, .channels = model.channels, .height = model.height, .width = model.width, .pixels = {}, .labels = {}};
    const Rng rng(1, RngStream::Probe, 2);
    shard.pixels.resize(images * shard.image_bytes());
    std::generate(shard.pixels.begin(), shard.pixels.end(),
                  [&, i = std::uint64_t{0}]() mutable { return static_cast<std::uint8_t>(rng.bits(i++)); });
    for (std::uint32_t i = 0; i < images; ++i) {
        shard.labels.push_back(static_cast<std::uint8_t>(i % model.classes));
    }
    return shard;
}

torch::nn::Sequential plain_network(const std::vector<Step>& steps) {
    torch::nn::Sequential modules;
    bool flat = false;
    for (const auto& step : steps) {
        switch (step.kind) {
            case Step::Kind::Conv:
                modules->push_back(torch::nn::Conv2d(
                    torch::nn::Conv2dOptions(step.in, step.out, step.kernel).padding(std::int64_t{step.padding})));
                break;
            case Step::Kind::ReluPool:
                modules->push_back(torch::nn::ReLU());
                modules->push_back(torch::nn::MaxPool2d(2));
                break;
            case Step::Kind::Dense:
                if (!flat) {
                    modules->push_back(torch::nn::Flatten());
                    flat = true;
                }
                modules->push_back(torch::nn::Linear(step.in, step.out));
                break;
            case Step::Kind::Relu:
                modules->push_back(torch::nn::ReLU());
                break;
        }
    }
    return modules;
}

/// One epoch as users of libtorch write it.
class PlainLoop {
public:
    PlainLoop(const model::Network& network, const data::Shard& shard, std::uint32_t batch, torch::MemoryFormat layout)
        : modules_(plain_network(steps_of(network))),
          optimiser_(modules_->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9)),
          images_(torch::tensor(at::ArrayRef<std::uint8_t>(shard.pixels), torch::kByte)
                      .view({shard.images, shard.channels, shard.height, shard.width})),
          labels_(torch::tensor(at::ArrayRef<std::uint8_t>(shard.labels), torch::kByte).to(torch::kLong)),
          batch_(batch),
          layout_(layout) {
        for (auto& parameter : modules_->parameters()) {
            if (parameter.dim() == 4) {
                parameter.set_data(parameter.contiguous(layout));
            }
        }
    }

    void epoch() {
        const auto order = torch::randperm(images_.size(0), torch::kLong);
        for (std::int64_t first = 0; first < images_.size(0); first += batch_) {
            const auto rows = order.slice(0, first, first + batch_);
            const auto images =
                images_.index_select(0, rows).to(torch::kFloat).div_(255.0).sub_(0.1307).div_(0.3081).contiguous(layout_);
            optimiser_.zero_grad();
            const auto loss = torch::nn::functional::cross_entropy(modules_->forward(images), labels_.index_select(0, rows));
            loss.backward();
            optimiser_.step();
        }
    }

private:
    torch::nn::Sequential modules_;
    torch::optim::SGD optimiser_;
    torch::Tensor images_;
    torch::Tensor labels_;
    std::int64_t batch_;
    torch::MemoryFormat layout_;
};

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return samples[samples.size() / 2];
}

}  // namespace

Epoch executor_epoch(const TrainBenchSpec& spec, std::shared_ptr<model::Trainer> trainer) {
    const model::LocalRun run{.local = {.epochs = 1, .batch = spec.batch},
                              .learning_rate = 0.01,
                              .training_seed = 1,
                              .round = RoundIndex(0),
                              .seller = SellerIndex(0)};
    auto weights = model::initial_weights(trainer->network(), 1);
    return [trainer = std::move(trainer), run, shard = random_shard(spec.model, spec.images), weights = std::move(weights)] {
        (void)trainer->train(weights, shard, run);
    };
}

Epoch plain_epoch(const TrainBenchSpec& spec, bool channels_last) {
    const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
    const auto loop =
        std::make_shared<PlainLoop>(model::make_network(spec.model), random_shard(spec.model, spec.images), spec.batch, layout);
    return [loop] { loop->epoch(); };
}

double seconds_of(const Epoch& epoch) {
    const auto start = std::chrono::steady_clock::now();
    epoch();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<BenchFigure> compare_sides(const TrainBenchSpec& spec, const std::vector<BenchSide>& sides) {
    CONE_ASSERT(!sides.empty() && spec.repeats > 0, "somebody runs at least once");
    std::vector<std::vector<double>> seconds(sides.size());
    for (std::uint32_t i = 0; i <= spec.repeats; ++i) {
        for (std::size_t side = 0; side < sides.size(); ++side) {
            const double taken = sides[side].seconds();
            if (i > 0) {  // the first time warms up
                seconds[side].push_back(taken);
            }
        }
    }
    std::vector<BenchFigure> figures;
    for (std::size_t side = 0; side < sides.size(); ++side) {
        std::vector<double> ratios;
        std::transform(seconds[side].begin(), seconds[side].end(), seconds[0].begin(), std::back_inserter(ratios),
                       std::divides<>());
        figures.push_back({sides[side].name, spec.images / median(seconds[side]), median(ratios)});
    }
    return figures;
}

}  // namespace cone::libtorch
