// The execution profile of this machine, whether it can honour a job's, and the trainer that does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cone/job/job_spec.hpp"
#include "cone/model/trainer.hpp"
#include "cone/training/parallelism.hpp"

namespace cone::training {

/// The profile a job posted from here will ask for; `isa` is the class to pin libtorch to and means nothing to "exact".
/// Throws ConfigError when this build has no such engine, EnvironmentError when the processor lacks the class or, for "exact",
/// this thread rounds otherwise than IEEE-754's default.
[[nodiscard]] job::ExecutionProfile make_profile(std::string_view engine, std::string_view isa);

/// Why this machine cannot give the profile's bits, nothing when it can: an engine, version or operator set that this build does
/// not have, a class the processor lacks or the process is not pinned to, a thread that loses subnormal numbers or rounds
/// otherwise, a known answer that differs. Pins the process to a libtorch profile's class when it is not pinned yet.
[[nodiscard]] std::optional<std::string> check_profile(const job::ExecutionProfile& profile);

/// A trainer of the spec's network on the profile's engine; `parallelism` changes its speed, never a bit (libtorch
/// takes one thread).
/// Throws ConfigError when the network cannot be built or executed.
[[nodiscard]] std::unique_ptr<model::Trainer> make_trainer(const job::ModelSpec& model, const job::ExecutionProfile& profile,
                                                           const Parallelism& parallelism = {});

/// "exact 1" and, where it is built in, "libtorch 2.11.0".
[[nodiscard]] std::string engine_versions();

}  // namespace cone::training
