// The page's bytes are linked into the program (cone/report/CMakeLists.txt); here the result is put into their slot.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/report_html.hpp"

#include "cone/base/errors.hpp"
#include "cone/report/result_json.hpp"

extern "C" {
extern const char _binary_report_page_html_start[];
extern const char _binary_report_page_html_end[];
}

namespace cone::report {
namespace {

constexpr std::string_view kSlot = "@CONE_RESULT@";

std::string_view page_template() {
    return {_binary_report_page_html_start,
            static_cast<std::size_t>(_binary_report_page_html_end - _binary_report_page_html_start)};
}

}  // namespace

std::string escape_for_script(std::string_view json) {
    std::string safe;
    safe.reserve(json.size() + json.size() / 16);
    for (std::size_t i = 0; i < json.size(); ++i) {
        const std::string_view rest = json.substr(i);
        if (json[i] == '<' || json[i] == '>' || json[i] == '&') {
            safe += json[i] == '<' ? "\\u003c" : (json[i] == '>' ? "\\u003e" : "\\u0026");
        } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
            safe += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            safe.push_back(json[i]);
        }
    }
    return safe;
}

std::string write_report_html(const RunResult& result) {
    const std::string_view page = page_template();
    const auto slot = page.find(kSlot);
    CONE_ASSERT(slot != std::string_view::npos, "the embedded page has no slot for the result");
    std::string out(page.substr(0, slot));
    out += escape_for_script(to_json(result));
    out += page.substr(slot + kSlot.size());
    return out;
}

}  // namespace cone::report
