// report_sample_pages DIR: writes the sample runs' pages, for the browser test and for people who change the page.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cone/report/report_html.hpp"
#include "tests/report/sample_result.hpp"

int main(int argc, char** argv) {
    using namespace cone::report;
    if (argc != 2) {
        std::fprintf(stderr, "usage: report_sample_pages DIR\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "demo.html") << write_report_html(sample::demo_result());
    std::ofstream(folder / "void.html") << write_report_html(sample::void_result());
    std::ofstream(folder / "hostile.html") << write_report_html(sample::hostile_result());
    return 0;
}
