// RunResult as the text of result.json, and back (docs/result-schema.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cone/report/result.hpp"

namespace cone::report {

/// Indented JSON with the keys in the order of docs/result-schema.md. Amounts are decimal strings of wei, hashes hexadecimal.
[[nodiscard]] std::string to_json(const RunResult& result);

/// Reads what to_json wrote. The file is not trusted: throws DataError with the place (a JSON pointer) on anything that is
/// missing, of the wrong type, out of range, unknown, or at odds with the fields it is derived from.
[[nodiscard]] RunResult result_from_json(std::string_view text);

/// Accuracy after the last accepted round, in basis points; the initial model's when no round was accepted.
[[nodiscard]] double final_metric_bp(const RunResult& result);

}  // namespace cone::report
