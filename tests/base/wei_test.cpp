// Amounts: no wrap, no negative, exact text.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/wei.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cone {
namespace {

const Wei kMax{~Uint128{0}};

TEST(Wei, SumThatWrapsThrows) {
    EXPECT_THROW((void)(kMax + Wei(1)), std::overflow_error);
}
TEST(Wei, DifferenceBelowZeroThrows) {
    EXPECT_THROW((void)(Wei(1) - Wei(2)), std::overflow_error);
}
TEST(Wei, ProductThatWrapsThrows) {
    EXPECT_THROW((void)mul_div_down(kMax, 2, 2), std::overflow_error);
}
TEST(Wei, DivisionByZeroThrows) {
    EXPECT_THROW((void)mul_div_down(Wei(1), 1, 0), std::domain_error);
}
TEST(Wei, MulDivRoundsDown) {
    EXPECT_EQ(mul_div_down(Wei(10), 1, 3), Wei(3));
}

TEST(Wei, TextRoundTrips) {
    for (const Wei amount : {Wei(0), Wei(7), Wei(1'000'000), kMax}) {
        EXPECT_EQ(wei_from_string(to_string(amount)), amount);
    }
    EXPECT_EQ(to_string(kMax), "340282366920938463463374607431768211455");
}
TEST(Wei, RefusesTextThatIsNotDigits) {
    EXPECT_FALSE(wei_from_string("").has_value());
    EXPECT_FALSE(wei_from_string("-1").has_value());
    EXPECT_FALSE(wei_from_string("1e18").has_value());
    EXPECT_FALSE(wei_from_string("340282366920938463463374607431768211456").has_value());
}
TEST(Wei, ReadsEtherExactly) {
    EXPECT_EQ(wei_from_ether("3"), Wei(Uint128{3'000'000'000} * 1'000'000'000));
    EXPECT_EQ(wei_from_ether("0.05"), Wei(50'000'000'000'000'000));
    EXPECT_EQ(wei_from_ether("0.000000000000000001"), Wei(1));
}
TEST(Wei, RefusesEtherThatIsNotExact) {
    for (const auto* text : {"", ".", ".5", "1.", "-1", "1e3", "0.0000000000000000001", "1,5", "0x1", " 1"}) {
        EXPECT_FALSE(wei_from_ether(text).has_value()) << text;
    }
}
TEST(Wei, PrintsEtherForPeople) {
    EXPECT_EQ(to_ether_string(Wei(Uint128{1'250'000'000} * 1'000'000'000)), "1.25");
    EXPECT_EQ(to_ether_string(Wei(1)), "0");
    EXPECT_EQ(to_ether_string(Wei(Uint128{12} * 1'000'000'000'000)), "0.000012");
}

}  // namespace
}  // namespace cone
