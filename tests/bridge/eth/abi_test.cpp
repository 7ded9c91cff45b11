// ABI: the specification's examples, and hostile blobs.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/abi.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cone::eth {
namespace {

AbiType types(std::string_view text) {
    return *parse_abi_type(text);
}
std::string word(std::string_view hex) {
    return std::string(64 - hex.size(), '0') + std::string(hex);
}
std::string padded(std::string_view hex) {
    return std::string(hex) + std::string(64 - hex.size(), '0');
}

AbiError error_of(std::string_view type, const std::string& hex) {
    const auto decoded = abi_decode(types(type), *bytes_from_hex(hex));
    EXPECT_FALSE(decoded) << type << " " << hex;
    return decoded.error();
}

TEST(AbiType, ReadsAndPrintsCanonicalTypes) {
    for (const auto* text : {"uint8", "uint256", "bool", "address", "bytes1", "bytes32", "bytes", "string", "uint8[]",
                             "uint8[3][]", "(uint256,(address,bytes)[],string)[2]"}) {
        const auto type = parse_abi_type(text);
        ASSERT_TRUE(type) << text;
        EXPECT_EQ(to_string(*type), text);
    }
}

TEST(AbiType, RefusesWhatIsNotCanonical) {
    for (const auto* text :
         {"", "uint", "int256", "uint7", "uint264", "uint08", "bytes0", "bytes33", "uint8[0]", "uint8[", "uint8[]x", "()",
          "(uint8", "(uint8,)", "uint8 ", "function", "uint8[-1]", "uint8[99999999999999999999]"}) {
        EXPECT_FALSE(parse_abi_type(text)) << text;
    }
    std::string deep = "uint8";
    for (int i = 0; i < 40; ++i) {
        deep += "[]";
    }
    EXPECT_FALSE(parse_abi_type(deep));
}

TEST(AbiType, KnowsSelectorsAndTopics) {
    const Selector transfer = selector("transfer(address,uint256)");
    EXPECT_EQ(to_hex(transfer), "0xa9059cbb");
    EXPECT_EQ(to_hex(event_topic("Transfer(address,address,uint256)")),
              "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    EXPECT_FALSE(parse_abi_signature("(uint256)"));
    EXPECT_FALSE(parse_abi_signature("f(uint256"));
    EXPECT_EQ(parse_abi_signature("f()")->arguments.parts.size(), 0u);
}

// The example `f(uint256,uint32[],bytes10,bytes)` of the ABI specification.
TEST(Abi, EncodesTheExampleOfTheSpecification) {
    const Bytes call =
        encode_call("f(uint256,uint32[],bytes10,bytes)",
                    {U256(0x123), AbiValues{U256(0x456), U256(0x789)}, Bytes{'1', '2', '3', '4', '5', '6', '7', '8', '9', '0'},
                     Bytes{'H', 'e', 'l', 'l', 'o', ',', ' ', 'w', 'o', 'r', 'l', 'd', '!'}});
    EXPECT_EQ(to_hex(call), "0x8be65246" + word("123") + word("80") + padded("31323334353637383930") + word("e0") + word("2") +
                                word("456") + word("789") + word("d") + padded("48656c6c6f2c20776f726c6421"));
}

// The example `g(uint256[][],string[])` of the ABI specification.
TEST(Abi, RoundTripsNestedDynamicArrays) {
    const AbiValues values{AbiValues{AbiValues{U256(1), U256(2)}, AbiValues{U256(3)}},
                           AbiValues{std::string("one"), std::string("two"), std::string("three")}};
    const Bytes call = encode_call("g(uint256[][],string[])", values);
    EXPECT_EQ(to_hex(ByteSpan(call).first(4)), "0x2289b18c");
    EXPECT_EQ(call.size(), 4u + 20 * 32);
    const auto decoded = abi_decode(types("(uint256[][],string[])"), ByteSpan(call).subspan(4));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, values);
}

TEST(Abi, RoundTripsArraysOfDynamicTuples) {
    const AbiType type = types("((uint16,bytes32[])[],(bool,string)[2],address)");
    Address owner;
    owner.bytes[19] = 9;
    const AbiValues values{AbiValues{AbiValues{U256(1), AbiValues{Hash32{}}}, AbiValues{U256(65535), AbiValues{}}},
                           AbiValues{AbiValues{U256(1), std::string("ä")}, AbiValues{U256(0), std::string()}}, owner};
    const auto decoded = abi_decode(type, abi_encode(type, values));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, values);
}

TEST(Abi, RefusesWordsThatDoNotFitTheirType) {
    EXPECT_EQ(error_of("(uint8)", word("100")), AbiError::OutOfRange);
    EXPECT_EQ(error_of("(bool)", word("2")), AbiError::OutOfRange);
    EXPECT_EQ(error_of("(address)", word("1" + std::string(40, '0'))), AbiError::OutOfRange);
    EXPECT_EQ(error_of("(bytes4)", padded("1234567801")), AbiError::OutOfRange);
    EXPECT_EQ(error_of("(string)", word("20") + word("2") + padded("c0af")), AbiError::NotUtf8);
    EXPECT_EQ(error_of("(string)", word("20") + word("3") + padded("eda080")), AbiError::NotUtf8);
}

TEST(Abi, RefusesOffsetsAndLengthsThatPointOutside) {
    EXPECT_EQ(error_of("(uint8)", ""), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("20")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("40") + word("0")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("20") + word("21") + padded("00")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("20") + word("1")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", std::string(64, 'f') + word("0")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("ffffffffffffffe0") + word("0")), AbiError::Truncated);
    EXPECT_EQ(error_of("(bytes)", word("20") + word("ffffffffffffffff") + word("0")), AbiError::Truncated);
    EXPECT_EQ(error_of("(uint8[])", word("20") + word("ffffffffffffffff")), AbiError::Truncated);
    EXPECT_EQ(error_of("(uint8[])", word("20") + word("2") + word("1")), AbiError::Truncated);
}

// Ten levels of arrays, each with elements that all point at the next level: 4^10 values out of 1.5 kB, were it decoded.
TEST(Abi, RefusesABombOfSharedOffsets) {
    std::string blob = word("20");
    for (int level = 0; level < 10; ++level) {
        blob += word("4") + word("80") + word("80") + word("80") + word("80");
    }
    blob += word("0");
    std::string type = "(uint8";
    for (int level = 0; level < 11; ++level) {
        type += "[]";
    }
    EXPECT_EQ(error_of(type + ")", blob), AbiError::Overlapping);
}

TEST(Abi, SurvivesEveryTruncationAndEveryFlippedByte) {
    const AbiType type = types("((uint16,bytes32[])[],(bool,string)[2],bytes)");
    const AbiValues values{AbiValues{AbiValues{U256(1), AbiValues{Hash32{}}}},
                           AbiValues{AbiValues{U256(1), std::string("abc")}, AbiValues{U256(0), std::string()}},
                           Bytes{1, 2, 3}};
    const Bytes whole = abi_encode(type, values);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(abi_decode(type, ByteSpan(whole).first(size))) << size;
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Bytes changed = whole;
        changed[i] ^= 0xff;
        const auto decoded = abi_decode(type, changed);
        // What is still accepted is other data or ignored padding, never more than the blob holds.
        if (decoded) {
            EXPECT_LE(abi_encode(type, *decoded).size(), whole.size()) << i;
        }
    }
}

TEST(AbiDeathTest, StopsOnValuesThatDoNotFitTheirTypes) {
    EXPECT_DEATH((void)encode_call("f(uint8)", {U256(256)}), "does not fit");
    EXPECT_DEATH((void)encode_call("f(uint8)", {}), "wrong number");
    EXPECT_DEATH((void)encode_call("f(bytes4)", {Bytes{1, 2, 3}}), "bytesN");
    EXPECT_DEATH((void)encode_call("f(address)", {U256(1)}), "not of its type");
    EXPECT_DEATH((void)encode_call("f(uint)", {U256(1)}), "does not parse");
}

}  // namespace
}  // namespace cone::eth
