// The trainer on libtorch: for networks and peers' figures; its bits hold within one execution profile only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cone/model/trainer.hpp"

namespace cone::libtorch {

inline constexpr const char* kEngine = "libtorch";
inline constexpr const char* kOperatorSet = "libtorch/1";

/// Throws EnvironmentError listing determinism_problems(), ConfigError as make_network and steps_of do. Its train() takes SGD
/// without clipping on whole batches and throws ConfigError for anything else; a team computes everything on every rank.
[[nodiscard]] std::unique_ptr<model::Trainer> make_trainer(const job::ModelSpec& model);

}  // namespace cone::libtorch
