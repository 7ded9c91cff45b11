// The kernels give the same bits whatever the optimiser does and whether or not the processor fuses multiply and add.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>

namespace cone::kernels_o0 {
std::uint64_t probe_bits();
}
namespace cone::kernels_o1 {
std::uint64_t probe_bits();
}
namespace cone::kernels_o2 {
std::uint64_t probe_bits();
}
namespace cone::kernels_o3 {
std::uint64_t probe_bits();
}
namespace cone::kernels_soft {
std::uint64_t probe_bits();
}
namespace cone::kernels_avx2 {
std::uint64_t probe_bits();
}

namespace cone {
namespace {

// Of gcc 12 on x86-64 and of every compiler and machine since: a change here is a change of every digest.
constexpr std::uint64_t kKnownAnswer = 0xd1829ffdffeb6008;

TEST(SameBits, UnoptimisedCodeGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_o0::probe_bits(), kKnownAnswer);
}

TEST(SameBits, OptimisedCodeGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_o1::probe_bits(), kKnownAnswer);
    EXPECT_EQ(kernels_o2::probe_bits(), kKnownAnswer);
    EXPECT_EQ(kernels_o3::probe_bits(), kKnownAnswer);
}

TEST(SameBits, LibraryFmaGivesTheKnownAnswer) {
    EXPECT_EQ(kernels_soft::probe_bits(), kKnownAnswer);
}

#if defined(__x86_64__)
TEST(SameBits, VectorCodeGivesTheKnownAnswer) {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        GTEST_SKIP() << "needs AVX2 and FMA";
    }
    EXPECT_EQ(kernels_avx2::probe_bits(), kKnownAnswer);
}
#endif

}  // namespace
}  // namespace cone
