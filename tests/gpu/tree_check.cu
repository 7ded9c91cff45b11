// The Keccak tree on the device: roots against the processor's, and bytes a second.
// SPDX-License-Identifier: Apache-2.0
#include "cuda/keccak_tree.hpp"
#include "timing.cuh"

namespace cone::gpu_check {
namespace {

using namespace kernels::cuda;

std::vector<std::uint8_t> pseudo_random_bytes(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    u64 state = size;
    for (auto& byte : bytes) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = static_cast<std::uint8_t>(state >> 56);
    }
    return bytes;
}

std::vector<std::uint8_t> root_on_device(CudaGrid& grid, KeccakTree<CudaGrid>& tree, std::span<const std::uint8_t> data) {
    DeviceArray<CudaGrid, std::uint8_t> memory;
    memory.grow(grid, data.size() + 1);
    memory.upload(grid, data);
    std::vector<std::uint8_t> root(32);
    grid.download(root.data(), tree.root(grid, memory.get(), data.size()), root.size());
    return root;
}

Result roots() {
    CudaGrid grid(0);
    KeccakTree<CudaGrid> tree;
    for (const std::size_t size :
         {0, 1, 135, 136, 4071, 4072, 4073, 8144, 20360, 4072 * 31 + 5, 4072 * 32, 4072 * 33, 4072 * 257, 10'000'000}) {
        const auto data = pseudo_random_bytes(size);
        if (root_on_device(grid, tree, data) != root_on_processor(data)) {
            return differs("root of " + std::to_string(size) + " bytes");
        }
    }
    return equal();
}

Result speed() {
    constexpr std::size_t kBytes = std::size_t{4} << 30;
    CudaGrid grid(0);
    KeccakTree<CudaGrid> tree;
    DeviceArray<CudaGrid, float> data(grid, kBytes / sizeof(float));
    grid.elements(kBytes / sizeof(float), FillFloats{data.get()});
    const double time = seconds(grid, [&] { (void)tree.root(grid, data.get(), kBytes); });
    return {with_unit(static_cast<double>(kBytes) / time * 1e-9, "GB/s")};
}

}  // namespace

std::vector<Row> tree_rows() {
    return {{"Keccak tree, 14 lengths", "bits", roots}};
}

std::vector<Row> tree_benchmarks() {
    return {{"Keccak tree, 4 GiB", ">= 450 GB/s (H100, H200)", speed}};
}

}  // namespace cone::gpu_check
