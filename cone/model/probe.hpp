// The execution profile of this machine, and whether it can honour a job's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cone/job/job_spec.hpp"

namespace cone::model {

/// Known-answer training step: both networks, two SGD steps on 48 synthetic images (RngStream::Probe) with momentum and decay,
/// and the logits after; the digest of all weights and logits. Needs set_up_determinism.
[[nodiscard]] Hash32 execution_probe();

/// Pins the process to `isa` and measures the profile a job posted from here will ask for. Throws as set_up_determinism.
[[nodiscard]] job::ExecutionProfile make_profile(std::string_view isa);

/// Why this machine cannot give the profile's bits, nothing when it can: another engine, version or operator set, threads other
/// than 1, a class the processor lacks or the process is not pinned to, a probe that differs. Pins the process to the profile's
/// class when it is not pinned yet.
[[nodiscard]] std::optional<std::string> check_profile(const job::ExecutionProfile& profile);

}  // namespace cone::model
