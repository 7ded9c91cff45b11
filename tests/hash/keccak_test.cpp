// Keccak-256: known answers, every cut of the input, and OpenSSL's SHA3-256 built on our permutation.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <string_view>

#include "tests/support/pattern.hpp"

namespace cone::hash {
namespace {

ByteSpan text(std::string_view value) {
    return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

struct KnownAnswer {
    std::size_t length;       ///< of the pattern 0, 1, ..., 250, 0, ...
    std::string_view digest;  ///< by `cast keccak`
};

constexpr KnownAnswer kKnown[] = {
    {0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
    {1, "0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"},
    {2, "0x49d03a195e239b52779866b33024210fc7dc66e9c2998975c0aa45c1702549d5"},
    {134, "0x861e165162f806cd361c4421a48f205820ddf4deb02db9f041f48e179ddada97"},
    {135, "0xcbdfd9dee5faad3818d6b06f95a219fd290b0e1706f6a82e5a595b9ce9faca62"},
    {136, "0x7ce759f1ab7f9ce437719970c26b0a66ff11fe3e38e17df89cf5d29c7d7f807e"},
    {137, "0xac73d4fae68b8453f764007c1a20ce95994187861f0c3227a3a8e99a73a3b1db"},
    {271, "0x27eceb59ebc3dc8a04a5b135be641591a7278540e4556a2ba9f408194e666ec3"},
    {272, "0x8e2476e65823b24d96ebe239f2c1534cdf763e689e2410c3b1cb0c74e6177bfc"},
    {273, "0x3f02f134370e4debb95140ef49ddd3aed8c65ff1ed83a43f1b269421f179c5f9"},
    {4072, "0x03818e35712d94ae61285c417381b2e6fa63d53e08e271bfdac5e30fa8d88af3"},
    {4073, "0x0527e83037f24e12d524251e9291fd90f046370f7dbc71f9a6af46a9be495399"},
    {1000000, "0x2cc947428a556b8e8d857d7c0b28314752606e9ad988ffa524eee08132f28027"},
};

TEST(Keccak256, GivesTheKnownAnswers) {
    for (const KnownAnswer& known : kKnown) {
        EXPECT_EQ(to_hex(keccak256(test::pattern(known.length))), known.digest) << known.length << " bytes";
    }
    EXPECT_EQ(to_hex(keccak256(text("abc"))), "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(Keccak256, IsNotSha3) {
    EXPECT_NE(to_hex(keccak256({})), "0xa7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
    EXPECT_NE(to_hex(keccak256(text("abc"))), "0x3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
}

TEST(Keccak256, DoesNotDependOnHowTheInputIsCut) {
    const Bytes data = test::pattern(600);
    const Hash32 whole = keccak256(data);
    for (std::size_t cut = 0; cut <= data.size(); ++cut) {
        Keccak256 sponge;
        sponge.update(ByteSpan(data).first(cut));
        sponge.update(ByteSpan(data).subspan(cut));
        EXPECT_EQ(sponge.finish(), whole) << "cut at " << cut;
    }
    Keccak256 by_byte;
    for (const std::uint8_t byte : data) {
        by_byte.update({&byte, 1});
    }
    EXPECT_EQ(by_byte.finish(), whole);
}

TEST(Keccak256, ChangesWithEveryBitOfABlockAndItsLength) {
    Bytes data = test::pattern(137);
    const Hash32 before = keccak256(data);
    for (std::size_t bit = 0; bit < data.size() * 8; ++bit) {
        data[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_NE(keccak256(data), before) << "bit " << bit;
        data[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    }
    data.push_back(0);
    EXPECT_NE(keccak256(data), before);
}

TEST(Keccak256, FourAtOnceGiveTheSameBits) {
    for (const std::size_t length : std::initializer_list<std::size_t>{0, 1, 134, 135, 136, 137, 271, 272, 273, 4073}) {
        const Bytes all = test::pattern(4 * length + 3);
        std::array<ByteSpan, 4> messages;
        for (std::size_t i = 0; i < 4; ++i) {
            messages[i] = ByteSpan(all).subspan(i * length + i % 4, length);
        }
        const auto digests = keccak256_x4(messages);
        for (std::size_t i = 0; i < 4; ++i) {
            EXPECT_EQ(digests[i], keccak256(messages[i])) << length << " bytes, lane " << i;
        }
    }
}

TEST(Keccak256, AgreesWithTheSharedVectors) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/keccak.json");
    const auto vectors = nlohmann::json::parse(file);
    const auto inputs = vectors.at("inputs").get<std::vector<std::string>>();
    const auto hashes = vectors.at("hashes").get<std::vector<std::string>>();
    ASSERT_EQ(inputs.size(), hashes.size());
    ASSERT_GE(inputs.size(), 20u);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        EXPECT_EQ(to_hex(keccak256(bytes_from_hex(inputs[i]).value())), hashes[i]) << "case " << i;
    }
}

}  // namespace
}  // namespace cone::hash
