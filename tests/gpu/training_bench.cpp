// Training steps a second: bytes from the host, gradient, optimiser, status back.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "../kernels/random_network.hpp"
#include "gpu_check.hpp"
#include "networks.hpp"

namespace cone::gpu_check {
namespace {

using kernels::testing::random_batch;
using kernels::testing::random_weights;

/// Median of 7 runs of `steps` steps, after one run to warm up.
Result steps_per_second(const Network& network, std::uint32_t rows, int steps) {
    const auto engine = kernels::make_cuda_engine(network);
    engine->set_weights(random_weights(network, 1));
    const auto batch = random_batch(network, rows, 1);
    const kernels::Optimiser optimiser{.rate = 1e-4f, .momentum = 0.9f};
    std::vector<double> rates;
    for (int run = 0; run < 8; ++run) {
        const auto start = std::chrono::steady_clock::now();
        for (int step = 0; step < steps; ++step) {
            if (engine->gradient(batch.view()) != kernels::Status::Ok || engine->apply(optimiser) != kernels::Status::Ok) {
                return {"FAILED: a step is not finite", true};
            }
        }
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (run > 0) {
            rates.push_back(steps / taken.count());
        }
    }
    return {with_unit(median(rates), "steps/s")};
}

}  // namespace

std::vector<Row> training_benchmarks() {
    return {{"training LeNet-5 1x28x28, batch 32", "",
             [] {
                 return steps_per_second(lenet5({1, 28, 28}), 32, 100);
             }},
            {"training CNN 32-64, batch 64", "", [] { return steps_per_second(small_cnn(), 64, 100); }},
            {"training ResNet-18 3x32x32, batch 128", "", [] { return steps_per_second(resnet18(), 128, 5); }}};
}

}  // namespace cone::gpu_check
