// Training throughput, side by side: the executor's training, a plain libtorch loop, whatever else trains the same network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cone/job/job_spec.hpp"
#include "cone/model/trainer.hpp"

namespace cone::libtorch {

struct TrainBenchSpec {
    job::ModelSpec model;
    std::uint32_t images = 2048;  ///< synthetic, one epoch a measurement
    std::uint32_t batch = 32;
    std::uint32_t repeats = 7;  ///< medians of so many
};

/// One epoch over the synthetic images, shuffling and normalisation included.
using Epoch = std::function<void()>;

/// Trainer::train by a trainer of spec.model.
[[nodiscard]] Epoch executor_epoch(const TrainBenchSpec& spec, std::shared_ptr<model::Trainer> trainer);

/// What users of libtorch write: torch::nn modules, autograd, torch::optim::SGD, cross_entropy. Pins nothing, so it is as fast as
/// its process lets it be: its own, for a fair peer. Throws ConfigError when steps_of does.
[[nodiscard]] Epoch plain_epoch(const TrainBenchSpec& spec, bool channels_last);

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

}  // namespace cone::libtorch
