// A block of threads as phases: the same source runs on a device and, thread after thread, on a processor.
// SPDX-License-Identifier: Apache-2.0
//
// A block kernel K is a value with
//     K::kThreads        threads of a block
//     K::Shared          what they share
//     K::Thread          what each keeps between phases (registers on a device)
//     operator()(block)  calls block.each(f) once a phase: f(thread, own) for every thread, then a barrier
// and may use block.shared(), block.x(), block.y(), block.z(). Between two barriers no thread may read what another writes:
// tests run the threads of a phase in several orders.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../reference/host_device.hpp"

namespace cone::kernels::cuda {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// Blocks in each direction.
struct Extent {
    u32 x = 1;
    u32 y = 1;
    u32 z = 1;
};

[[nodiscard]] CONE_HOST_DEVICE inline u32 ceil_div(u32 a, u32 b) {
    return a / b + (a % b != 0 ? 1u : 0u);
}

/// kWidth floats that are read at once.
template <u32 kWidth>
struct alignas(sizeof(float) * kWidth) Pack {
    float v[kWidth];
};

}  // namespace cone::kernels::cuda
