// What scripts/gpu-check runs: rows of one table. A plain program, because the machine it is for has no test framework.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cone::gpu_check {

/// Result of a row: what the table says, and whether it is wrong.
struct Result {
    std::string text;
    bool failed = false;
};

inline Result equal() {
    return {"bits equal"};
}
inline Result differs(const std::string& where) {
    return {"DIFFERS: " + where, true};
}
/// equal(), or where two results differ.
inline Result compared(const std::string& first_difference) {
    return first_difference.empty() ? equal() : differs(first_difference);
}

/// A row; without a device `run` is not called and the row says "not measured".
struct Row {
    std::string name;
    std::string target;
    Result (*run)();
};

/// Bits against the reference. 200 steps of whole networks among them.
std::vector<Row> engine_rows();
std::vector<Row> tree_rows();
std::vector<Row> exact_rows();
/// Speed. Unit and name as in torch_peers.py, which measures the same with libtorch.
std::vector<Row> tree_benchmarks();
std::vector<Row> product_benchmarks();
std::vector<Row> training_benchmarks();

/// Root of a byte string, computed on the processor: 32 bytes.
std::vector<std::uint8_t> root_on_processor(std::span<const std::uint8_t> data);

/// "451.2 GB/s".
std::string with_unit(double value, const char* unit);
/// The middle one.
double median(std::vector<double> values);

}  // namespace cone::gpu_check
