// report.html: one self-contained page for buyers, sellers and operators, drawn from the result that stands in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cone/report/result.hpp"

namespace cone::report {

/// The page built from web/ with the result in its slot; fetches nothing when opened.
[[nodiscard]] std::string write_report_html(const RunResult& result);

/// JSON that may stand inside a script element: no `<`, `>`, `&`, U+2028 or U+2029 is left, the value stays the same.
[[nodiscard]] std::string escape_for_script(std::string_view json);

}  // namespace cone::report
