// Another rounding is found out, and no thread of an engine has one.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/float_environment.hpp"

#include <gtest/gtest.h>

#include <cfenv>

#include "cone_kernels/engine.hpp"
#include "random_network.hpp"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace cone::kernels {
namespace {

/// The default again when a test is over.
class FloatEnvironment : public ::testing::Test {
protected:
    ~FloatEnvironment() override { set_default_floats(); }
};

std::string problem() {
    const char* found = float_problem();
    return found == nullptr ? "" : found;
}

TEST_F(FloatEnvironment, OfAThreadIsTheDefault) {
    EXPECT_EQ(problem(), "");
}

TEST_F(FloatEnvironment, IsRefusedWithAnyOtherRounding) {
    for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
        ASSERT_EQ(std::fesetround(rounding), 0);
        EXPECT_EQ(problem(), "results are not rounded to the nearest");
    }
    set_default_floats();
    EXPECT_EQ(problem(), "");
}

#if defined(__SSE__)
constexpr unsigned kFlushToZero = 0x8000;
constexpr unsigned kDenormalsAreZero = 0x0040;

TEST_F(FloatEnvironment, IsRefusedWhereSubnormalsAreLost) {
    _mm_setcsr(_mm_getcsr() | kFlushToZero);
    EXPECT_EQ(problem(), "subnormal results are flushed to zero");
    set_default_floats();
    EXPECT_EQ(problem(), "");
    _mm_setcsr(_mm_getcsr() | kDenormalsAreZero);
    EXPECT_EQ(problem(), "subnormal operands are taken for zero");
    set_default_floats();
    EXPECT_EQ(problem(), "");
}

/// The caller has put its own in order by then; what it was when the engine was made must not last in the others.
TEST_F(FloatEnvironment, OfAnEnginesThreadsIsTheDefaultWhoeverMadeIt) {
    testing::Builder b({1, 6, 6});
    const Network network = b.conv(4, 3).same(Op::Relu).pool(Op::MaxPool, 2).linear(3).network();
    auto weights = testing::random_weights(network, 3);
    for (float& w : weights) {
        w *= 1e-38f;
    }
    const auto batch = testing::random_batch(network, 48, 3);
    const auto reference = make_reference_engine(network);
    reference->set_weights(weights);
    ASSERT_EQ(reference->gradient(batch.view()), Status::Ok);

    _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero);
    const auto engine = make_cpu_engine(network, 3);
    set_default_floats();
    engine->set_weights(weights);

    ASSERT_EQ(engine->gradient(batch.view()), Status::Ok);
    EXPECT_EQ(testing::first_difference(reference->gradient_values(), engine->gradient_values()), "");
}
#endif

}  // namespace
}  // namespace cone::kernels
