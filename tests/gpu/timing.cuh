// Times of work on a stream, by device events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

#include "cuda/cuda_grid.cuh"
#include "gpu_check.hpp"

namespace cone::gpu_check {

struct DestroyEvent {
    void operator()(cudaEvent_t event) const { (void)cudaEventDestroy(event); }
};
using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;

inline Event make_event() {
    cudaEvent_t event = nullptr;
    CONE_CUDA_CHECK(cudaEventCreate(&event));
    return Event(event);
}

/// Seconds of one call of `work`, median of 7 after 2 to warm up.
template <class Work>
double seconds(kernels::cuda::CudaGrid& grid, Work work) {
    const Event start = make_event();
    const Event stop = make_event();
    std::vector<double> times;
    for (int run = 0; run < 9; ++run) {
        CONE_CUDA_CHECK(cudaEventRecord(start.get(), grid.stream()));
        work();
        CONE_CUDA_CHECK(cudaEventRecord(stop.get(), grid.stream()));
        CONE_CUDA_CHECK(cudaEventSynchronize(stop.get()));
        float milliseconds = 0;
        CONE_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()));
        if (run >= 2) {
            times.push_back(milliseconds * 1e-3);
        }
    }
    return median(times);
}

/// Thread i: a float in [-1, 1) that depends on i only.
struct FillFloats {
    float* values;
    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        kernels::cuda::u64 z = (i + 1) * 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        values[i] = static_cast<float>(static_cast<std::int64_t>(z) >> 40) * 0x1p-23f;
    }
};

}  // namespace cone::gpu_check
