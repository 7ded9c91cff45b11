// The universal hash against its definition, word by word, and what it must tell apart.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/universal_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace cone::kernels {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t by_definition(std::uint64_t key, const std::vector<std::uint32_t>& words) {
    std::uint64_t sum = 0;
    for (const std::uint32_t word : words) {
        sum = static_cast<std::uint64_t>((Wide{sum} + word + 1) * (key % kUniversalPrime) % kUniversalPrime);
    }
    return sum;
}

std::vector<std::uint32_t> pseudo_random(std::size_t count, std::uint32_t seed) {
    std::vector<std::uint32_t> words(count);
    for (auto& word : words) {
        seed = seed * 1664525U + 1013904223U;
        word = seed ^ seed >> 15;
    }
    return words;
}

const std::vector<std::uint64_t> kKeys = {0, 1, 2, 12345678901234567ULL, kUniversalPrime - 1, kUniversalPrime, ~0ULL};

TEST(UniversalHash, IsItsDefinitionAtEveryLength) {
    for (std::size_t count = 0; count < 40; ++count) {
        for (const std::uint64_t key : kKeys) {
            const auto words = pseudo_random(count, 7);
            EXPECT_EQ(universal_hash(key, words), by_definition(key, words)) << count << " words, key " << key;
        }
    }
}

TEST(UniversalHash, IsItsDefinitionOnTheLargestWords) {
    const std::vector<std::uint32_t> words(1001, ~0U);
    for (const std::uint64_t key : kKeys) {
        EXPECT_EQ(universal_hash(key, words), by_definition(key, words)) << key;
        EXPECT_LT(universal_hash(key, words), kUniversalPrime);
    }
}

TEST(UniversalHash, SeesEveryBitAndTheLength) {
    constexpr std::uint64_t kKey = 987654321987654321ULL;
    const auto words = pseudo_random(33, 3);
    std::set<std::uint64_t> seen{universal_hash(kKey, words)};
    std::size_t wanted = 1;
    for (std::size_t i = 0; i < words.size(); ++i) {
        for (int bit = 0; bit < 32; ++bit) {
            auto changed = words;
            changed[i] ^= 1U << bit;
            seen.insert(universal_hash(kKey, changed));
            ++wanted;
        }
    }
    for (std::size_t zeros = 1; zeros < 9; ++zeros) {
        seen.insert(universal_hash(kKey, std::vector<std::uint32_t>(zeros, 0)));
        ++wanted;
    }
    EXPECT_EQ(seen.size(), wanted);
}

}  // namespace
}  // namespace cone::kernels
