// What users of libtorch write: torch::nn modules, autograd, torch::optim::SGD, cross_entropy. The benchmark's peer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/model/train_bench.hpp"

namespace cone::libtorch {

/// Pins nothing, so it is as fast as its process lets it be: its own, for a fair peer. Throws ConfigError naming a layer of
/// spec.model that it has no module for.
[[nodiscard]] model::Epoch plain_epoch(const model::TrainBenchSpec& spec, bool channels_last);

}  // namespace cone::libtorch
