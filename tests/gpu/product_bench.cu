// The exact matrix product's speed; torch_peers.py measures cuBLAS in float32 without TF32.
// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_array.hpp"
#include "cuda/gemm_tile.hpp"
#include "cuda/matrix_operands.hpp"
#include "timing.cuh"

namespace cone::gpu_check {
namespace {

using namespace kernels::cuda;

/// y (n, n) = x (n, n) * w (n, n)^T, as a linear layer.
Result product(u32 n) {
    CudaGrid grid(0);
    const std::size_t count = std::size_t{n} * n;
    DeviceArray<CudaGrid, float> x(grid, count), w(grid, count), y(grid, count);
    grid.elements(count, FillFloats{x.get()});
    grid.elements(count, FillFloats{w.get()});
    const Product<AlongDepth, AlongDepth, MatrixOutput> problem{{x.get(), n}, {w.get(), n}, {y.get(), n}, n, n, n};
    const double time = seconds(grid, [&] { run_product(grid, problem); });
    return {with_unit(2.0 * n * n * n / time * 1e-12, "TFLOP/s")};
}

}  // namespace

std::vector<Row> product_benchmarks() {
    return {{"exact SGEMM 4096", ">= 0.7 of the peer", [] { return product(4096); }},
            {"exact SGEMM 8192", ">= 0.7 of the peer", [] { return product(8192); }}};
}

}  // namespace cone::gpu_check
