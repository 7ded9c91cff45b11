// Hexadecimal: round trips and refusals.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/bytes.hpp"

#include <gtest/gtest.h>

namespace cone {
namespace {

TEST(Hex, RoundTripsEveryByte) {
    Bytes all;
    for (int i = 0; i < 256; ++i) {
        all.push_back(static_cast<std::uint8_t>(i));
    }
    EXPECT_EQ(bytes_from_hex(to_hex(all)), all);
}

TEST(Hex, ReadsUpperCaseAndNoPrefix) {
    EXPECT_EQ(bytes_from_hex("ABcd"), (Bytes{0xab, 0xcd}));
}
TEST(Hex, RefusesOddLength) {
    EXPECT_FALSE(bytes_from_hex("0x123").has_value());
}
TEST(Hex, RefusesForeignCharacters) {
    EXPECT_FALSE(bytes_from_hex("0xzz").has_value());
    EXPECT_FALSE(bytes_from_hex("1 ").has_value());
    EXPECT_FALSE(bytes_from_hex("0x0x").has_value());
}
TEST(Hex, RefusesWrongFixedLength) {
    EXPECT_FALSE(fixed_from_hex<Address>("0x00").has_value());
    EXPECT_TRUE(fixed_from_hex<Address>(std::string(40, 'a')).has_value());
}

TEST(Packed, IsBigEndianInTheTypesWidth) {
    Bytes out;
    append_big_endian(out, std::uint32_t{0x01020304});
    append_big_endian(out, std::uint8_t{5});
    EXPECT_EQ(out, (Bytes{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace cone
