// Prints one line a row: name, result and target, separated by tabs. Exit code 1 when a row is wrong.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include "cone_kernels/engine.hpp"
#include "gpu_check.hpp"

namespace cone::gpu_check {

std::string with_unit(double value, const char* unit) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, unit);
    return text.data();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

namespace {

Result run(const Row& row, bool has_device) {
    if (!has_device) {
        return {"not measured"};
    }
    try {
        return row.run();
    } catch (const std::exception& problem) {
        return {std::string("FAILED: ") + problem.what(), true};
    }
}

int run_all() {
    const auto problem = kernels::cuda_problem();
    if (problem) {
        std::fprintf(stderr, "no GPU here (%s): everything is compiled, nothing is measured\n", problem->c_str());
    }
    bool failed = false;
    for (const auto& rows :
         {engine_rows(), tree_rows(), exact_rows(), tree_benchmarks(), product_benchmarks(), training_benchmarks()}) {
        for (const Row& row : rows) {
            const Result result = run(row, !problem);
            failed = failed || result.failed;
            std::printf("%s\t%s\t%s\n", row.name.c_str(), result.text.c_str(), row.target.c_str());
            std::fflush(stdout);
        }
    }
    return failed ? 1 : 0;
}

}  // namespace
}  // namespace cone::gpu_check

int main() {
    return cone::gpu_check::run_all();
}
