// Numbers of the generator of cone_kernels/philox.hpp, by seed, stream, substream and index.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/rng.hpp"

#include "cone/base/wei.hpp"
#include "cone_kernels/philox.hpp"

namespace cone {
namespace {

std::uint32_t word_at(const Hash32& seed, std::size_t at) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        word |= std::uint32_t{seed.bytes[at + i]} << (8 * i);
    }
    return word;
}

}  // namespace

Rng::Rng(const Hash32& seed, RngStream stream, std::uint32_t substream)
    : key_{word_at(seed, 0), word_at(seed, 4)}, stream_(static_cast<std::uint32_t>(stream)), substream_(substream) {}

Rng::Rng(std::uint64_t seed, RngStream stream, std::uint32_t substream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_(static_cast<std::uint32_t>(stream)),
      substream_(substream) {}

std::uint64_t Rng::bits(std::uint64_t index) const {
    const auto block = kernels::philox4x32(
        {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream_, substream_}, key_);
    return std::uint64_t{block[0]} | (std::uint64_t{block[1]} << 32);
}

double Rng::uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11) * 0x1.0p-53;
}

std::uint64_t Rng::below(std::uint64_t index, std::uint64_t bound) const {
    return static_cast<std::uint64_t>((Uint128{bits(index)} * bound) >> 64);
}

}  // namespace cone
