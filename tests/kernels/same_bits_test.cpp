// The kernels give the same bits whatever the optimiser does and whether or not the processor fuses multiply and add.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "known_bits.hpp"

// The probes, compiled once a variant of compiler flags.
#define CONE_VARIANT(name)                   \
    namespace cone::kernels_##name {         \
        std::uint64_t probe_bits();          \
        std::uint64_t probe_training_bits(); \
    }
CONE_VARIANT(o0)
CONE_VARIANT(o1)
CONE_VARIANT(o2)
CONE_VARIANT(o3)
CONE_VARIANT(soft)
CONE_VARIANT(avx2)
#undef CONE_VARIANT

namespace cone {
namespace {

TEST(SameBits, UnoptimisedCodeGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_o0::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_o0::probe_training_bits(), kKnownTrainingBits);
}

TEST(SameBits, OptimisedCodeGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_o1::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_o2::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_o3::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_o1::probe_training_bits(), kKnownTrainingBits);
    EXPECT_EQ(kernels_o2::probe_training_bits(), kKnownTrainingBits);
    EXPECT_EQ(kernels_o3::probe_training_bits(), kKnownTrainingBits);
}

TEST(SameBits, LibraryFmaGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_soft::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_soft::probe_training_bits(), kKnownTrainingBits);
}

#if defined(__x86_64__)
/// The known answers hold subnormal numbers: of doubles (exp, log) and of floats (training).
TEST(SameBits, ALostSubnormalChangesTheKnownAnswers) {
    const unsigned before = _mm_getcsr();
    for (const unsigned lost : {0x8000u, 0x0040u}) {  // flush to zero, denormals are zero
        _mm_setcsr(before | lost);
        const auto bits = kernels_o2::probe_bits();
        const auto training_bits = kernels_o2::probe_training_bits();
        _mm_setcsr(before);
        EXPECT_NE(bits, kKnownBits) << lost;
        EXPECT_NE(training_bits, kKnownTrainingBits) << lost;
    }
}

TEST(SameBits, VectorCodeGivesTheKnownAnswer) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        GTEST_SKIP() << "needs AVX2 and FMA";
    }
    EXPECT_EQ(kernels_avx2::probe_bits(), kKnownBits);
    EXPECT_EQ(kernels_avx2::probe_training_bits(), kKnownTrainingBits);
}
#endif

}  // namespace
}  // namespace cone
