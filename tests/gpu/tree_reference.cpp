// The Keccak tree on the processor, which tests/kernels compares with cone/hash.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "cuda/host_grid.hpp"
#include "cuda/keccak_tree.hpp"
#include "gpu_check.hpp"

namespace cone::gpu_check {

std::vector<std::uint8_t> root_on_processor(std::span<const std::uint8_t> data) {
    using namespace kernels::cuda;
    HostGrid grid;
    KeccakTree<HostGrid> tree;
    std::vector<u64> aligned(data.size() / 8 + 1);
    std::copy(data.begin(), data.end(), reinterpret_cast<std::uint8_t*>(aligned.data()));
    std::vector<std::uint8_t> root(32);
    std::memcpy(root.data(), tree.root(grid, aligned.data(), data.size()), root.size());
    return root;
}

}  // namespace cone::gpu_check
