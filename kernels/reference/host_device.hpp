// Functions that are compiled for processors and for CUDA devices, and the operations both round alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "cone_kernels/float_environment.hpp"

#if defined(__CUDACC__)
#define CONE_HOST_DEVICE __host__ __device__
#define CONE_ALWAYS_INLINE __forceinline__
#else
#define CONE_HOST_DEVICE
#define CONE_ALWAYS_INLINE [[gnu::always_inline]] inline
#endif

// Of the loop that follows, on devices: register arrays need indices known to the compiler.
#if defined(__CUDA_ARCH__)
#define CONE_UNROLL _Pragma("unroll")
#define CONE_DO_NOT_UNROLL _Pragma("unroll 1")
#else
#define CONE_UNROLL
#define CONE_DO_NOT_UNROLL
#endif

namespace cone::kernels {

/// a * b + c, rounded once: on devices by the instruction itself, whatever the compiler's flags.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE float fused(float a, float b, float c) {
#if defined(__CUDA_ARCH__)
    return __fmaf_rn(a, b, c);
#else
    return std::fma(a, b, c);
#endif
}

CONE_HOST_DEVICE CONE_ALWAYS_INLINE double fused(double a, double b, double c) {
#if defined(__CUDA_ARCH__)
    return __fma_rn(a, b, c);
#else
    return std::fma(a, b, c);
#endif
}

CONE_HOST_DEVICE CONE_ALWAYS_INLINE float square_root(float a) {
#if defined(__CUDA_ARCH__)
    return __fsqrt_rn(a);
#else
    return std::sqrt(a);
#endif
}

CONE_HOST_DEVICE CONE_ALWAYS_INLINE double square_root(double a) {
#if defined(__CUDA_ARCH__)
    return __dsqrt_rn(a);
#else
    return std::sqrt(a);
#endif
}

/// Neither NaN nor infinite.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE bool finite(double a) {
    return a - a == 0;
}

}  // namespace cone::kernels
