// Twelve independent chains of 256-bit fused multiply-adds: more than any core has in flight.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/peak.hpp"

#include <ctime>

namespace cone::kernels {

#if defined(CONE_CPU_X86)

namespace {

/// Of this thread, so that others on the machine disturb little.
double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

double measured_peak() {
    if (!__builtin_cpu_supports("fma")) {
        return 0;
    }
    constexpr long kRounds = 2'000'000;
    long left = kRounds;
    const double start = processor_seconds();
    asm volatile(
        "vzeroall\n"
        "1:\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm1\n vfmadd231ps %%ymm0, %%ymm0, %%ymm2\n vfmadd231ps %%ymm0, %%ymm0, %%ymm3\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm4\n vfmadd231ps %%ymm0, %%ymm0, %%ymm5\n vfmadd231ps %%ymm0, %%ymm0, %%ymm6\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm7\n vfmadd231ps %%ymm0, %%ymm0, %%ymm8\n vfmadd231ps %%ymm0, %%ymm0, %%ymm9\n"
        "vfmadd231ps %%ymm0, %%ymm0, %%ymm10\n vfmadd231ps %%ymm0, %%ymm0, %%ymm11\n vfmadd231ps %%ymm0, %%ymm0, %%ymm12\n"
        "dec %0\n jnz 1b\n vzeroupper\n"
        : "+r"(left)
        :
        : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
          "xmm13", "xmm14", "xmm15");
    return 12.0 * 16 * kRounds / (processor_seconds() - start) / 1e9;
}

#else

double measured_peak() {
    return 0;
}

#endif

}  // namespace cone::kernels
