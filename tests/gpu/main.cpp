// Prints one line a row: name, result and target, separated by tabs. Exit code 1 when a row is wrong or the GPU cannot be used.
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

/// What stands in the way: a machine without a device passes, one whose device cannot be used does not.
struct Obstacle {
    std::string text;  ///< nothing when there is none
    bool failed = false;
};

Obstacle obstacle() {
    try {
        if (kernels::cuda_devices() == 0) {
            return {"no GPU here: everything is compiled, nothing is measured"};
        }
        const auto problem = kernels::cuda_problem();
        return {problem.value_or(""), problem.has_value()};
    } catch (const std::exception& problem) {
        return {problem.what(), true};
    }
}

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
    const Obstacle problem = obstacle();
    if (!problem.text.empty()) {
        std::fprintf(stderr, "%s\n", problem.text.c_str());
    }
    bool failed = problem.failed;
    for (const auto& rows :
         {engine_rows(), tree_rows(), exact_rows(), tree_benchmarks(), product_benchmarks(), training_benchmarks()}) {
        for (const Row& row : rows) {
            const Result result = run(row, problem.text.empty());
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
