// Sums over samples: eight lanes, then a tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"

namespace cone::kernels::cuda {

inline constexpr u32 kSampleLanes = 8;

/// sums[i] = lanes(q), q[l] = partial[l * count + i]. One thread a value; 36 bytes of traffic each.
struct CombineLanes {
    const float* partial;
    std::size_t count;
    float* sums;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        float q[kSampleLanes];
        CONE_UNROLL
        for (u32 l = 0; l < kSampleLanes; ++l) {
            q[l] = partial[l * count + i];
        }
        const float s0 = (q[0] + q[4]) + (q[2] + q[6]);
        const float s1 = (q[1] + q[5]) + (q[3] + q[7]);
        sums[i] = s0 + s1;
    }
};

/// partial[l * channels + m] = sum(+0; dy[n; m, pixel]) over samples n of lane l, then pixels. One thread a channel and lane.
struct LaneSums {
    const float* dy;
    u32 samples, channels, pixels;
    float* partial;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t lane = i / channels;
        const std::size_t m = i % channels;
        float sum = 0;
        for (std::size_t n = lane; n < samples; n += kSampleLanes) {
            const float* values = dy + (n * channels + m) * pixels;
            for (u32 p = 0; p < pixels; ++p) {
                sum += values[p];
            }
        }
        partial[i] = sum;
    }
};

}  // namespace cone::kernels::cuda
