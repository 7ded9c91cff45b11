// The 256-bit integer: bytes, quantities, and what does not fit.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/u256.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace cone::eth {
namespace {

TEST(U256, KeepsItsBytes) {
    Bytes bytes(32);
    for (std::size_t i = 0; i < 32; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i + 1);
    }
    const Word word = to_word(u256_from_bytes(bytes));
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), word.begin()));
    EXPECT_EQ(to_minimal_bytes(U256(0x0100)), (Bytes{1, 0}));
    EXPECT_TRUE(to_minimal_bytes(U256(0)).empty());
}

TEST(U256, NeverWraps) {
    const U256 most = u256_from_bytes(Bytes(32, 0xff));
    EXPECT_THROW(U256(most + 1), std::exception);
    EXPECT_THROW(U256(U256(1) - 2), std::exception);
    EXPECT_THROW(U256(most * 2), std::exception);
}

TEST(U256, NarrowsOnlyWhatFits) {
    EXPECT_EQ(to_u64(U256("18446744073709551615")), 18446744073709551615u);
    EXPECT_FALSE(to_u64(U256("18446744073709551616")));
    EXPECT_EQ(to_string(*to_wei(U256("340282366920938463463374607431768211455"))), "340282366920938463463374607431768211455");
    EXPECT_FALSE(to_wei(U256("340282366920938463463374607431768211456")));
    EXPECT_EQ(to_u256(*wei_from_string("340282366920938463463374607431768211455")),
              U256("340282366920938463463374607431768211455"));
}

TEST(U256, ReadsAndWritesQuantities) {
    EXPECT_EQ(to_quantity(U256(0)), "0x0");
    EXPECT_EQ(to_quantity(U256(1024)), "0x400");
    EXPECT_EQ(u256_from_quantity("0x400"), U256(1024));
    EXPECT_EQ(u256_from_quantity("0x0"), U256(0));
    EXPECT_EQ(u256_from_quantity("0x" + std::string(64, 'f')), u256_from_bytes(Bytes(32, 0xff)));
    for (const auto* bad : {"", "0x", "400", "0x0400", "0x00", "0xg", "0x0x12", "0x-1", " 0x1", "0x1 "}) {
        EXPECT_FALSE(u256_from_quantity(bad)) << bad;
    }
    EXPECT_FALSE(u256_from_quantity("0x1" + std::string(64, '0')));
}

}  // namespace
}  // namespace cone::eth
