// The trace of a step as a JSON file, and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cone/trace/operators.hpp"

namespace cone::report {

inline constexpr int kStepTraceSchemaVersion = 1;

[[nodiscard]] std::string to_json(const trace::StepTrace& trace);

/// Reads what to_json wrote, from a file nobody vouches for. Throws DataError with the place (a JSON pointer) on anything
/// missing, unknown, of the wrong type or too large, and on a trace without operators or with
/// a word that no operator could have.
[[nodiscard]] trace::StepTrace step_trace_from_json(std::string_view text);

}  // namespace cone::report
