// The portable sponge: one message, 64-bit words.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "cone/hash/keccak_permutation.hpp"

namespace cone::hash {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are read as they lie in memory");

void absorb(std::array<std::uint64_t, kLanes>& state, const std::uint8_t* block) {
    std::uint64_t lanes[kLanes];
    std::copy(state.begin(), state.end(), lanes);
    for (std::size_t i = 0; i < kRateLanes; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, block + 8 * i, 8);
        lanes[i] ^= word;
    }
    keccak_f1600<WordOps>(lanes);
    std::copy(std::begin(lanes), std::end(lanes), state.begin());
}

}  // namespace

void Keccak256::update(ByteSpan data) {
    static_assert(kRate == kKeccakRate);
    if (filled_ > 0) {
        const std::size_t taken = std::min(kRate - filled_, data.size());
        std::copy_n(data.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
        filled_ += taken;
        data = data.subspan(taken);
        if (filled_ < kRate) {
            return;
        }
        absorb(state_, block_.data());
        filled_ = 0;
    }
    for (; data.size() >= kRate; data = data.subspan(kRate)) {
        absorb(state_, data.data());
    }
    std::copy(data.begin(), data.end(), block_.begin());
    filled_ = data.size();
}

Hash32 Keccak256::finish() {
    std::fill(block_.begin() + static_cast<std::ptrdiff_t>(filled_), block_.end(), std::uint8_t{0});
    block_[filled_] = 0x01;
    block_[kRate - 1] |= 0x80;
    absorb(state_, block_.data());
    Hash32 digest;
    std::memcpy(digest.bytes.data(), state_.data(), Hash32::kSize);
    return digest;
}

Hash32 keccak256(ByteSpan data) {
    Keccak256 sponge;
    sponge.update(data);
    return sponge.finish();
}

}  // namespace cone::hash
