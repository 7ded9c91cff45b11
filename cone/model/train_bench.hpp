// Training throughput, side by side: a trainer, and whoever else trains the same network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cone/data/shard.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/model/trainer.hpp"

namespace cone::model {

struct TrainBenchSpec {
    job::ModelSpec model;
    std::uint32_t images = 2048;  ///< synthetic, one epoch a measurement
    std::uint32_t batch = 32;
    std::uint32_t repeats = 7;  ///< medians of so many
};

/// One epoch over the synthetic images, shuffling and normalisation included.
using Epoch = std::function<void()>;

/// The synthetic images: uniform bytes, labels in turn.
[[nodiscard]] data::Shard bench_shard(const TrainBenchSpec& spec);

/// Trainer::train by a trainer of spec.model. An epoch throws EnvironmentError when a value is no longer finite.
[[nodiscard]] Epoch executor_epoch(const TrainBenchSpec& spec, std::shared_ptr<Trainer> trainer);

[[nodiscard]] double seconds_of(const Epoch& epoch);

/// Somebody who runs the epoch, here or in another process, and says how long it took.
struct BenchSide {
    std::string name;
    std::function<double()> seconds;
};
struct BenchFigure {
    std::string name;
    double images_per_s = 0;  ///< median
    double ratio = 0;         ///< of the first side's speed to this one's: median of the pairs
};

/// Each side once to warm up, then all in turn, `spec.repeats` times; one figure a side, in order.
[[nodiscard]] std::vector<BenchFigure> compare_sides(const TrainBenchSpec& spec, const std::vector<BenchSide>& sides);

}  // namespace cone::model
