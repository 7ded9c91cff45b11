// The trainer on CONE's own operators (kernels): the same bits on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cone/model/trainer.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::model {

inline constexpr const char* kExactEngine = "exact";
inline constexpr const char* kExactVersion = "1";
inline constexpr const char* kExactOperators = "exact/1";

/// How fast, never what: `isa`, which this processor must have, and `threads` threads.
/// `block` is the profile's: values that share an exponent when virtual shards are summed. Throws as make_network.
[[nodiscard]] std::unique_ptr<Trainer> make_exact_trainer(const job::ModelSpec& model, std::uint32_t block,
                                                          std::uint32_t threads = 1, kernels::Isa isa = kernels::best_isa());

/// The same on the reference engine (plain loops), for tests and for naming an operator.
[[nodiscard]] std::unique_ptr<Trainer> make_reference_trainer(const job::ModelSpec& model, std::uint32_t block);

}  // namespace cone::model
