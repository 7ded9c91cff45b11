// Every path gives the portable path's bits, and our permutation under SHA3's padding gives OpenSSL's SHA3-256.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak_x4.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "cone/base/rng.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/hash/merkle.hpp"
#include "tests/support/pattern.hpp"

namespace cone::hash {

static void PrintTo(KeccakPath path, std::ostream* out) {
    *out << to_string(path);
}

namespace {

Bytes random_bytes(std::size_t count, std::uint32_t seed) {
    const Rng rng(seed, RngStream::Probe, 3);
    Bytes data(count);
    for (std::size_t i = 0; i < count; ++i) {
        data[i] = static_cast<std::uint8_t>(rng.bits(i));
    }
    return data;
}

/// Four messages of `length` bytes at unaligned places of one buffer.
std::array<ByteSpan, 4> four_of(ByteSpan all, std::size_t length) {
    std::array<ByteSpan, 4> messages;
    for (std::size_t i = 0; i < 4; ++i) {
        messages[i] = all.subspan(i * (length + 1), length);
    }
    return messages;
}

class KeccakPaths : public testing::TestWithParam<KeccakPath> {
protected:
    void SetUp() override {
        if (!is_supported(GetParam())) {
            GTEST_SKIP() << "this machine has no " << to_string(GetParam());
        }
    }

    void expect_same(std::size_t length, std::uint32_t seed) {
        const Bytes all = random_bytes(4 * (length + 1), seed);
        const auto messages = four_of(all, length);
        const std::uint8_t tag = static_cast<std::uint8_t>(seed);
        const auto plain = keccak256_x4(GetParam(), {}, messages);
        const auto tagged = keccak256_x4(GetParam(), {&tag, 1}, messages);
        for (std::size_t i = 0; i < 4; ++i) {
            Bytes with_tag{tag};
            append(with_tag, messages[i]);
            EXPECT_EQ(plain[i], keccak256(messages[i])) << length << " bytes, message " << i;
            EXPECT_EQ(tagged[i], keccak256(with_tag)) << length << " bytes after a tag, message " << i;
        }
    }
};

TEST_P(KeccakPaths, AgreeOnEveryShortLength) {
    for (std::size_t length = 0; length <= 3 * kKeccakRate + 2; ++length) {
        expect_same(length, static_cast<std::uint32_t>(length));
    }
}

TEST_P(KeccakPaths, AgreeOnRandomLengths) {
    const Rng rng(std::uint64_t{5}, RngStream::Probe, 4);
    for (std::uint32_t round = 0; round < 200; ++round) {
        expect_same(rng.below(round, 9000), round);
    }
}

TEST_P(KeccakPaths, GiveTheSameRoots) {
    const Bytes data = random_bytes(40 * kLeafBytes + 5, 9);
    for (std::size_t leaves = 0; leaves <= 40; ++leaves) {
        for (const std::size_t extra : std::initializer_list<std::size_t>{0, 1, 5}) {
            const ByteSpan part = ByteSpan(data).first(leaves * kLeafBytes + extra);
            EXPECT_EQ(bytes_root(GetParam(), part), bytes_root(KeccakPath::Portable, part)) << part.size() << " bytes";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, KeccakPaths, testing::ValuesIn(kKeccakPaths), testing::PrintToStringParamName());

TEST(KeccakPath, BestOneIsSupported) {
    EXPECT_TRUE(is_supported(best_keccak_path()));
    EXPECT_TRUE(is_supported(KeccakPath::Portable));
}

TEST(KeccakX4DeathTest, UnequalLengthsAreABug) {
    const Bytes data = test::pattern(4);
    const ByteSpan all(data);
    EXPECT_DEATH((void)keccak256_x4({all, all, all, all.first(3)}), "equal lengths");
}

/// SHA3-256 by the book (FIPS 202) on top of our permutation, byte by byte.
Hash32 sha3_256(ByteSpan message) {
    std::uint64_t state[kLanes] = {};
    const auto add = [&](std::size_t at, std::uint8_t byte) { state[at / 8] ^= std::uint64_t{byte} << (8 * (at % 8)); };
    for (std::size_t i = 0; i < message.size(); ++i) {
        add(i % kKeccakRate, message[i]);
        if (i % kKeccakRate == kKeccakRate - 1) {
            keccak_f1600<WordOps>(state);
        }
    }
    add(message.size() % kKeccakRate, 0x06);
    add(kKeccakRate - 1, 0x80);
    keccak_f1600<WordOps>(state);
    Hash32 digest;
    for (std::size_t i = 0; i < Hash32::kSize; ++i) {
        digest.bytes[i] = static_cast<std::uint8_t>(state[i / 8] >> (8 * (i % 8)));
    }
    return digest;
}

TEST(KeccakPermutation, GivesOpensslsSha3) {
    const Bytes data = random_bytes(1000, 11);
    for (std::size_t length = 0; length <= data.size(); ++length) {
        Hash32 expected;
        unsigned size = 0;
        ASSERT_EQ(EVP_Digest(data.data(), length, expected.bytes.data(), &size, EVP_sha3_256(), nullptr), 1);
        EXPECT_EQ(sha3_256(ByteSpan(data).first(length)), expected) << length << " bytes";
    }
}

}  // namespace
}  // namespace cone::hash
