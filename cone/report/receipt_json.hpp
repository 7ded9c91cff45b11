// Receipt as the text of receipt.json, and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cone/report/receipt.hpp"

namespace cone::report {

/// Indented JSON, stable key order; doubles with as many digits as give the same bits back.
[[nodiscard]] std::string to_json(const Receipt& receipt);

/// Reads what to_json wrote, from a file nobody vouches for. Throws DataError with the place (a JSON pointer) on anything
/// missing, unknown, of the wrong type, or too large. Says nothing about whether the receipt is right: check_receipt does.
[[nodiscard]] Receipt receipt_from_json(std::string_view text);

}  // namespace cone::report
