// Epochs, and who takes turns at them.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/train_bench.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "cone/base/errors.hpp"
#include "cone/base/median.hpp"
#include "cone/base/rng.hpp"
#include "cone/model/weights.hpp"

namespace cone::model {

data::Shard bench_shard(const TrainBenchSpec& spec) {
    const auto& model = spec.model;
    const std::uint32_t images = spec.images;
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

Epoch executor_epoch(const TrainBenchSpec& spec, std::shared_ptr<Trainer> trainer) {
    const LocalRun run{.local = {.epochs = 1, .batch = spec.batch},
                       .learning_rate = 0.01,
                       .training_seed = 1,
                       .round = RoundIndex(0),
                       .seller = SellerIndex(0)};
    auto weights = initial_weights(trainer->network(), 1);
    return [trainer = std::move(trainer), run, shard = bench_shard(spec), weights = std::move(weights)] {
        if (trainer->train(weights, shard, run).failed_step) {
            throw EnvironmentError(
                "the benchmark's training left the finite numbers: an epoch that stops early is no measurement");
        }
    };
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

}  // namespace cone::model
