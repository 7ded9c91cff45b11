// The engine is pinned once, and says so when something is off.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/determinism.hpp"

#include <gmock/gmock.h>
#include <xmmintrin.h>

#include "cone/base/errors.hpp"
#include "cone/job/presets.hpp"
#include "cone/libtorch/libtorch_trainer.hpp"

namespace cone::libtorch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DeterminismDeathTest : public testing::Test {};

// Runs in a child: the flag is the process's.
TEST_F(DeterminismDeathTest, TrainerRefusesToStartUnpinned) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            try {
                (void)make_trainer(job::ModelSpec{.layers = job::preset_layers("lenet5")});
            } catch (const EnvironmentError& error) {
                std::fputs(error.what(), stderr);
                std::exit(7);
            }
            std::exit(0);
        },
        testing::ExitedWithCode(7), "set_up_determinism was not called");
}

TEST(Determinism, HoldsAfterSetUpAndStaysPinned) {
    set_up_determinism("avx2");

    EXPECT_THAT(determinism_problems(), IsEmpty());
    EXPECT_NO_THROW(set_up_determinism("avx2"));
    EXPECT_THROW(set_up_determinism("avx512"), EnvironmentError);
}

TEST(Determinism, RefusesUnknownClasses) {
    EXPECT_THROW(set_up_determinism("sse2"), EnvironmentError);
    EXPECT_THROW(set_up_determinism(""), EnvironmentError);
}

TEST(Determinism, NoticesFlushedDenormals) {
    set_up_determinism("avx2");
    const auto before = _mm_getcsr();
    _mm_setcsr(before | 0x8000);

    const auto problems = determinism_problems();
    _mm_setcsr(before);

    EXPECT_THAT(problems, ElementsAre(HasSubstr("denormal")));
    EXPECT_THAT(determinism_problems(), IsEmpty());
}

}  // namespace
}  // namespace cone::libtorch
