// Exact sums and the OSMD step on the device against the reference.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>

#include "cone_kernels/osmd.hpp"
#include "cuda/cuda_grid.cuh"
#include "cuda/exact_sum.hpp"
#include "cuda/osmd.hpp"
#include "gpu_check.hpp"

namespace cone::gpu_check {
namespace {

using namespace kernels::cuda;
using kernels::BlockFormat;
using kernels::Status;

template <class T>
using Array = DeviceArray<CudaGrid, T>;

template <class T>
std::vector<T> read(CudaGrid& grid, const Array<T>& array, std::size_t count) {
    std::vector<T> values(count);
    array.download(grid, values);
    return values;
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

u64 next_number(u64& state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 29;
}

/// Exponents over the whole range of float, zeros and subnormals among them.
std::vector<float> wide_values(std::size_t count, u64 seed) {
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) {
        const u64 number = next_number(seed);
        const double mantissa = static_cast<double>(static_cast<std::int64_t>(number)) * 0x1p-63;
        x[i] = i / 1024 % 5 == 3 ? 0.0f : static_cast<float>(std::ldexp(mantissa, static_cast<int>(number % 270) - 148));
    }
    return x;
}

std::string difference_of_sum(CudaGrid& grid, std::size_t count) {
    const BlockFormat format{1024, 0};
    const auto x = wide_values(count, count);
    auto w = wide_values(count, count + 1);
    std::vector<std::int32_t> exponents(format.blocks(count));
    std::vector<std::int32_t> mantissas(count);
    std::vector<std::int64_t> sums(count);
    Array<float> x_memory, w_memory;
    Array<std::int32_t> exponent_memory(grid, exponents.size() + 1), mantissa_memory(grid, count + 1);
    Array<std::int64_t> sum_memory;
    Array<FirstProblem> problem;
    problem.upload(grid, std::span(&kNoProblem, 1));
    x_memory.upload(grid, x);
    w_memory.upload(grid, w);
    sum_memory.clear(grid, count + 1);
    block_exponents(grid, x_memory.get(), count, format, exponent_memory.get(), problem.get());
    quantise(grid, x_memory.get(), count, format, exponent_memory.get(), mantissa_memory.get(), problem.get());
    grid.elements(count, Accumulate{mantissa_memory.get(), 12345, sum_memory.get()});
    dequantise_add(grid, w_memory.get(), sum_memory.get(), count, format, exponent_memory.get(), 77777, problem.get());
    const bool fine = kernels::block_exponents(x, format, exponents) == Status::Ok &&
                      kernels::quantise(x, format, exponents, mantissas) == Status::Ok;
    kernels::accumulate(mantissas, 12345, sums);
    const Status status = kernels::dequantise_add(w, sums, format, exponents, 77777);
    if (!fine || !same_bytes(exponents, read(grid, exponent_memory, exponents.size()))) {
        return "exponents";
    }
    if (!same_bytes(mantissas, read(grid, mantissa_memory, count)) || !same_bytes(sums, read(grid, sum_memory, count))) {
        return "mantissas or sums";
    }
    if (status != status_of(read(grid, problem, 1)[0])) {
        return "status";
    }
    return status != Status::Ok || same_bytes(w, read(grid, w_memory, count)) ? "" : "result";
}

Result exact_sum() {
    CudaGrid grid(0);
    for (const std::size_t count : {0, 1, 1023, 1024, 1025, 100'000}) {
        if (const auto where = difference_of_sum(grid, count); !where.empty()) {
            return differs(where + " of " + std::to_string(count) + " values");
        }
    }
    return equal();
}

std::string difference_of_osmd(CudaGrid& grid, u32 n, u64 seed) {
    std::vector<double> p(n, 1.0 / n);
    std::vector<double> feedback(n);
    OsmdMemory<CudaGrid> memory;
    Array<double> p_memory, feedback_memory;
    Array<u32> not_finite(grid, 1);
    p_memory.upload(grid, p);
    for (int step = 0; step < 5; ++step) {
        for (double& value : feedback) {
            value =
                next_number(seed) % 2 == 0 ? 0.5 : static_cast<double>(static_cast<std::int64_t>(next_number(seed))) * 0x1p-61;
        }
        feedback_memory.upload(grid, feedback);
        osmd_step(grid, n, p_memory.get(), feedback_memory.get(), 1.0, 0.05, memory, not_finite.get());
        const Status status = kernels::osmd_step(p, feedback, 1.0, 0.05);
        if ((status != Status::Ok) != (read(grid, not_finite, 1)[0] != 0) || !same_bytes(p, read(grid, p_memory, n))) {
            return "step " + std::to_string(step) + " of " + std::to_string(n) + " sellers";
        }
    }
    return {};
}

Result osmd() {
    CudaGrid grid(0);
    for (const u32 n : {1u, 2u, 3u, 31u, 50u, 255u, 256u, 257u, 5000u}) {
        if (const auto where = difference_of_osmd(grid, n, n); !where.empty()) {
            return differs(where);
        }
    }
    return equal();
}

}  // namespace

std::vector<Row> exact_rows() {
    return {{"exact sum", "bits", exact_sum}, {"OSMD step", "bits", osmd}};
}

}  // namespace cone::gpu_check
