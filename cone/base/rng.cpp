// Philox4x32-10.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/rng.hpp"

#include "cone/base/wei.hpp"

namespace cone {
namespace {

constexpr std::uint32_t kMul0 = 0xD2511F53u;
constexpr std::uint32_t kMul1 = 0xCD9E8D57u;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;
constexpr int kRounds = 10;

std::uint32_t word_at(const Hash32& seed, std::size_t at) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        word |= std::uint32_t{seed.bytes[at + i]} << (8 * i);
    }
    return word;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < kRounds; ++round) {
        const std::uint64_t p0 = std::uint64_t{kMul0} * counter[0];
        const std::uint64_t p1 = std::uint64_t{kMul1} * counter[2];
        counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
                   static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
        key = {key[0] + kWeyl0, key[1] + kWeyl1};
    }
    return counter;
}

Rng::Rng(const Hash32& seed, RngStream stream, std::uint32_t substream)
    : key_{word_at(seed, 0), word_at(seed, 4)}, stream_(static_cast<std::uint32_t>(stream)), substream_(substream) {}

Rng::Rng(std::uint64_t seed, RngStream stream, std::uint32_t substream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_(static_cast<std::uint32_t>(stream)),
      substream_(substream) {}

std::uint64_t Rng::bits(std::uint64_t index) const {
    const auto block =
        philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream_, substream_}, key_);
    return std::uint64_t{block[0]} | (std::uint64_t{block[1]} << 32);
}

double Rng::uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11) * 0x1.0p-53;
}

std::uint64_t Rng::below(std::uint64_t index, std::uint64_t bound) const {
    return static_cast<std::uint64_t>((Uint128{bits(index)} * bound) >> 64);
}

}  // namespace cone
