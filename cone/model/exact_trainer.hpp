// The trainer on CONE's own operators (kernels): the same bits on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "cone/model/trainer.hpp"

namespace cone::model {

inline constexpr const char* kExactEngine = "exact";
inline constexpr const char* kExactVersion = "1";
inline constexpr const char* kExactOperators = "exact/1";

/// Which code computes: how fast, never what.
enum class Implementation : std::uint8_t {
    Best,  ///< the widest instruction set of this processor
    Avx512,
    Avx2,
    Portable,
    Reference,  ///< plain loops: the specification
};

/// With `threads` threads (the reference has one). `block` is the profile's: values that share an exponent when virtual shards are
/// summed. Throws as make_network, and ConfigError when this processor lacks the implementation's instructions.
[[nodiscard]] std::unique_ptr<Trainer> make_exact_trainer(const job::ModelSpec& model, std::uint32_t block,
                                                          std::uint32_t threads = 1,
                                                          Implementation implementation = Implementation::Best);

/// The same on the reference, for tests and for naming an operator.
[[nodiscard]] std::unique_ptr<Trainer> make_reference_trainer(const job::ModelSpec& model, std::uint32_t block);

}  // namespace cone::model
