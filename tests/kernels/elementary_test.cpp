// exp and log against the 64-bit mantissas of long double, over their whole range, and their special values.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/elementary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "cone/base/rng.hpp"

namespace cone::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

/// Distance of `value` from `exact` in units of the last place of doubles of that size.
double error_in_ulp(double value, long double exact) {
    const double size = std::max(std::fabs(value), std::numeric_limits<double>::min());
    const double ulp = std::nextafter(size, kInf) - size;
    return static_cast<double>(std::fabs(static_cast<long double>(value) - exact) / static_cast<long double>(ulp));
}

double exp_error(double x) {
    return error_in_ulp(exp_exact(x), std::exp(static_cast<long double>(x)));
}
double log_error(double x) {
    return error_in_ulp(log_exact(x), std::log(static_cast<long double>(x)));
}

template <class Error>
double worst_on(double low, double high, Error error, std::uint32_t substream) {
    const Rng random(1, RngStream::Probe, substream);
    double worst = 0;
    for (std::uint64_t i = 0; i < 300'000; ++i) {
        worst = std::max(worst, error(low + (high - low) * random.uniform(i)));
    }
    return worst;
}

TEST(ExpExact, IsWithinOneUlpOverTheWholeRange) {
    const double normal = std::max(
        {worst_on(-708, 709.78, exp_error, 0), worst_on(-1, 1, exp_error, 1), worst_on(-0x1p-20, 0x1p-20, exp_error, 2)});
    const double subnormal = worst_on(-745.13, -708, exp_error, 3);
    std::printf("exp: worst error %.4f ulp, subnormal results %.4f\n", normal, subnormal);
    EXPECT_LT(normal, 1.0);
    EXPECT_LT(subnormal, 1.0);
}

TEST(ExpExact, IsWithinOneUlpWhereTheReductionChangesItsInteger) {
    double worst = 0;
    for (int k = -1074; k <= 1022; ++k) {
        double x = (k + 0.5) * 0.69314718055994530942;
        for (int step = 0; step < 8; ++step) {
            worst = std::max(worst, exp_error(x));
            x = std::nextafter(x, kInf);
        }
    }
    EXPECT_LT(worst, 1.0);
}

TEST(ExpExact, NeverDecreases) {
    double x = -746;
    double before = exp_exact(x);
    for (int i = 0; i < 200'000; ++i) {
        x += 0.0073;
        const double now = exp_exact(x);
        ASSERT_GE(now, before) << "at " << x;
        before = now;
    }
}

TEST(ExpExact, HasItsSpecialValues) {
    EXPECT_EQ(exp_exact(0.0), 1.0);
    EXPECT_EQ(exp_exact(-0.0), 1.0);
    EXPECT_EQ(exp_exact(kInf), kInf);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_exact(-kInf)), 0u);
    EXPECT_EQ(exp_exact(kLargest), kInf);
    EXPECT_EQ(exp_exact(-kLargest), 0.0);
    EXPECT_EQ(exp_exact(kSmallest), 1.0);
}

TEST(ExpExact, TurnsAtTheEdgesOfTheRange) {
    EXPECT_LT(exp_exact(709.782712893384), kInf);
    EXPECT_EQ(exp_exact(709.782712893385), kInf);
    EXPECT_EQ(exp_exact(-745.13), kSmallest);
    EXPECT_EQ(exp_exact(-745.14), 0.0);
}

TEST(ExpExact, GivesOneNanForAll) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_exact(kNan)), 0x7ff8000000000000u);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_exact(-kNan)), 0x7ff8000000000000u);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_exact(std::bit_cast<double>(0xfff8000000000123u))), 0x7ff8000000000000u);
}

TEST(LogExact, IsWithinOneUlpOverTheWholeRange) {
    double worst = std::max({worst_on(0.5, 2, log_error, 4), worst_on(1 - 0x1p-20, 1 + 0x1p-20, log_error, 5),
                             worst_on(0, 0x1p-1022, log_error, 6)});
    const Rng random(1, RngStream::Probe, 7);
    for (std::uint64_t i = 0; i < 500'000; ++i) {
        const double x = std::bit_cast<double>(random.bits(i) >> 1);
        worst = std::isfinite(x) ? std::max(worst, log_error(x)) : worst;
    }
    std::printf("log: worst error %.4f ulp\n", worst);
    EXPECT_LT(worst, 1.0);
}

TEST(LogExact, HasItsSpecialValues) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(log_exact(1.0)), 0u);
    EXPECT_EQ(log_exact(0.0), -kInf);
    EXPECT_EQ(log_exact(-0.0), -kInf);
    EXPECT_EQ(log_exact(kInf), kInf);
    EXPECT_LT(log_error(kSmallest), 1.0);
    EXPECT_LT(log_error(kLargest), 1.0);
}

TEST(LogExact, GivesOneNanForNegativeNumbersAndNan) {
    for (const double x : {-1.0, -kSmallest, -kInf, kNan, -kNan, std::bit_cast<double>(0x7ff0000000000001u)}) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(log_exact(x)), 0x7ff8000000000000u) << x;
    }
}

TEST(LogExact, UndoesExp) {
    for (double x = -700; x < 700; x += 0.37) {
        EXPECT_NEAR(log_exact(exp_exact(x)), x, 1e-13 * std::max(1.0, std::fabs(x)));
    }
}

}  // namespace
}  // namespace cone::kernels
