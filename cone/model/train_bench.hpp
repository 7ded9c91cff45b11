// Training throughput of the executor beside a plain libtorch loop on the same network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cone/job/job_spec.hpp"

namespace cone::model {

struct TrainBenchSpec {
    std::string network = "lenet5";
    std::uint32_t images = 2048;  ///< synthetic, one epoch a measurement
    std::uint32_t batch = 32;
    std::uint32_t repeats = 7;  ///< medians of so many, both sides alternating
};

/// Images a second, shuffling and normalisation included on both sides.
struct TrainBenchResult {
    double executor = 0;  ///< Trainer::train
    double plain = 0;     ///< torch::nn modules, autograd, torch::optim::SGD, cross_entropy
    [[nodiscard]] double ratio() const { return executor / plain; }
};

/// Both sides run in this process, pinned as jobs are (set_up_determinism must have been called), on one thread.
[[nodiscard]] TrainBenchResult bench_training(const TrainBenchSpec& spec);

}  // namespace cone::model
