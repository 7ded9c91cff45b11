// RLP: the specification's examples, and everything a decoder must refuse.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/rlp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cone::eth {
namespace {

Bytes hex(std::string_view text) {
    return *bytes_from_hex(text);
}
Bytes text(std::string_view s) {
    return {s.begin(), s.end()};
}

RlpError error_of(std::string_view input) {
    const auto decoded = rlp_decode(hex(input));
    EXPECT_FALSE(decoded) << input;
    return decoded.error();
}

TEST(Rlp, EncodesTheExamplesOfTheSpecification) {
    EXPECT_EQ(to_hex(rlp_bytes(text("dog"))), "0x83646f67");
    EXPECT_EQ(to_hex(rlp_list({rlp_bytes(text("cat")), rlp_bytes(text("dog"))})), "0xc88363617483646f67");
    EXPECT_EQ(to_hex(rlp_bytes({})), "0x80");
    EXPECT_EQ(to_hex(rlp_list({})), "0xc0");
    EXPECT_EQ(to_hex(rlp_uint(U256(0))), "0x80");
    EXPECT_EQ(to_hex(rlp_bytes(Bytes{0})), "0x00");
    EXPECT_EQ(to_hex(rlp_uint(U256(15))), "0x0f");
    EXPECT_EQ(to_hex(rlp_uint(U256(1024))), "0x820400");
    const std::string lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
    EXPECT_EQ(to_hex(rlp_bytes(text(lorem))), "0xb838" + to_hex(text(lorem)).substr(2));
}

TEST(Rlp, EncodesTheSetOfThree) {
    const RlpItem empty{true, {}, {}};
    const RlpItem one{true, {}, {empty}};
    const RlpItem three{true, {}, {empty, one, RlpItem{true, {}, {empty, one}}}};

    EXPECT_EQ(to_hex(rlp_encode(three)), "0xc7c0c1c0c3c0c1c0");
    EXPECT_EQ(*rlp_decode(hex("c7c0c1c0c3c0c1c0")), three);
}

TEST(Rlp, RoundTripsEveryLengthAroundTheForms) {
    for (const std::size_t size : {0u, 1u, 2u, 54u, 55u, 56u, 57u, 255u, 256u, 65535u, 65536u}) {
        const RlpItem item{true, {}, {RlpItem{false, Bytes(size, 0xaa), {}}, RlpItem{false, Bytes{1}, {}}}};
        const auto decoded = rlp_decode(rlp_encode(item));
        ASSERT_TRUE(decoded) << size;
        EXPECT_EQ(*decoded, item) << size;
    }
}

TEST(Rlp, RefusesWhatIsTruncatedAtEveryByte) {
    const Bytes whole = rlp_list({rlp_bytes(Bytes(70, 7)), rlp_list({rlp_bytes(text("dog")), rlp_uint(U256(99999))})});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(rlp_decode(ByteSpan(whole).first(size))) << size;
    }
}

TEST(Rlp, RefusesEveryFormThatIsNotCanonical) {
    EXPECT_EQ(error_of("8100"), RlpError::NotMinimalByte);
    EXPECT_EQ(error_of("817f"), RlpError::NotMinimalByte);
    EXPECT_EQ(error_of("b80161"), RlpError::NotMinimalLength);
    EXPECT_EQ(error_of("b90001aa"), RlpError::NotMinimalLength);
    EXPECT_EQ(error_of("b800"), RlpError::NotMinimalLength);
    EXPECT_EQ(error_of("f800"), RlpError::NotMinimalLength);
    EXPECT_EQ(error_of("f90038" + std::string(112, '0')), RlpError::NotMinimalLength);
    EXPECT_EQ(error_of("c0c0"), RlpError::TrailingBytes);
    EXPECT_EQ(error_of("0102"), RlpError::TrailingBytes);
    EXPECT_EQ(error_of(""), RlpError::Truncated);
    EXPECT_EQ(error_of("c3820102"
                       "00"),
              RlpError::TrailingBytes);
    EXPECT_EQ(error_of("c28201"), RlpError::Truncated);
}

TEST(Rlp, RefusesLengthsThatWrapAround) {
    EXPECT_EQ(error_of("bfffffffffffffffff00"), RlpError::Truncated);
    EXPECT_EQ(error_of("ffffffffffffffffff00"), RlpError::Truncated);
    EXPECT_EQ(error_of("bf8000000000000000"), RlpError::Truncated);
}

TEST(Rlp, RefusesADeepNest) {
    Bytes nest{0xc0};
    for (std::size_t i = 0; i < kRlpMaxDepth - 1; ++i) {
        nest = rlp_list({nest});
    }
    EXPECT_TRUE(rlp_decode(nest));
    const auto deeper = rlp_decode(rlp_list({nest}));
    ASSERT_FALSE(deeper);
    EXPECT_EQ(deeper.error(), RlpError::TooDeep);
}

}  // namespace
}  // namespace cone::eth
