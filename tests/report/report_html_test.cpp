// The page: whole, self-contained, and deaf to markup in what a run was told by others.
// SPDX-License-Identifier: Apache-2.0
#include "cone/report/report_html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cone/report/result_json.hpp"
#include "tests/report/sample_result.hpp"

namespace cone::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kOpen = R"(<script type="application/json" id="result">)";

/// The text of the element that holds the result.
std::string embedded_result(const std::string& page) {
    const auto start = page.find(kOpen) + kOpen.size();
    return page.substr(start, page.find("</script>", start) - start);
}

std::size_t count_of(const std::string& page, const std::string& text) {
    std::size_t found = 0;
    for (auto at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) {
        ++found;
    }
    return found;
}

TEST(ReportHtml, HoldsTheResult) {
    const RunResult result = sample::demo_result();

    EXPECT_TRUE(result_from_json(embedded_result(write_report_html(result))) == result);
}

TEST(ReportHtml, IsOneFileBelowTheLimit) {
    const std::string page = write_report_html(sample::demo_result());

    EXPECT_LT(page.size(), std::size_t{1'200'000});
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, Not(HasSubstr("<script src")));
    EXPECT_THAT(page, Not(HasSubstr("@CONE_")));
}

TEST(ReportHtml, KeepsHostileTextInItsElement) {
    const RunResult result = sample::hostile_result();
    const std::string page = write_report_html(result);

    EXPECT_EQ(count_of(page, "<script"), 2U);
    EXPECT_EQ(count_of(page, "</script"), 2U);
    EXPECT_THAT(page, Not(HasSubstr("<img src=x")));
    EXPECT_TRUE(result_from_json(embedded_result(page)) == result);
}

TEST(ReportHtml, EscapesWhatEndsAScriptOrALine) {
    EXPECT_EQ(escape_for_script("\"<a>&\""), "\"\\u003ca\\u003e\\u0026\"");
    EXPECT_EQ(escape_for_script("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"), "\\u2028\\u2029\xe2\x80\xaa");
    EXPECT_EQ(escape_for_script("\xe2\x80"), "\xe2\x80");
    EXPECT_EQ(escape_for_script(""), "");
}

}  // namespace
}  // namespace cone::report
