// The words that job specs, configurations and reports use for choices, in one place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "cone/job/job_spec.hpp"

namespace cone::job {

inline constexpr std::array<std::string_view, 3> kAggregationNames = {"c-osmd", "osmd-dm", "fedavg"};
inline constexpr std::array<std::string_view, 3> kGrowthNames = {"doubling", "d2m", "lead"};
inline constexpr std::array<std::string_view, 3> kOptimiserNames = {"sgd", "adam", "adamw"};
inline constexpr std::array<std::string_view, 2> kEngines = {"exact", "libtorch"};
inline constexpr std::array<std::string_view, 2> kOperatorSets = {"exact/1", "libtorch/1"};
inline constexpr std::array<std::string_view, 4> kIsaClasses = {"any", "default", "avx2", "avx512"};
inline constexpr std::array<std::string_view, 3> kPinnedIsaClasses = {"default", "avx2", "avx512"};

[[nodiscard]] std::string_view to_string(Aggregation aggregation);
[[nodiscard]] std::string_view to_string(Growth growth);
[[nodiscard]] std::string_view to_string(OptimiserKind optimiser);
/// Nothing when no choice has that name.
[[nodiscard]] std::optional<Aggregation> aggregation_from(std::string_view name);
[[nodiscard]] std::optional<Growth> growth_from(std::string_view name);

/// "a, b or c": the choices as an error message lists them.
[[nodiscard]] std::string list_choices(std::span<const std::string_view> choices);

}  // namespace cone::job
