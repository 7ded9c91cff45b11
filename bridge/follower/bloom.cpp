// Three bits of the 2048, chosen by the first three pairs of bytes of the item's hash.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/bloom.hpp"

#include "cone/hash/keccak.hpp"

namespace cone::follower {
namespace {

struct Bit {
    std::size_t byte;
    std::uint8_t mask;
};

std::array<Bit, 3> bits_of(ByteSpan item) {
    const Hash32 hash = hash::keccak256(item);
    std::array<Bit, 3> out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const unsigned index = ((unsigned{hash.bytes[2 * i]} << 8) | hash.bytes[2 * i + 1]) & 2047U;
        out[i] = {rpc::Bloom::kSize - 1 - index / 8, static_cast<std::uint8_t>(1U << (index % 8))};
    }
    return out;
}

}  // namespace

bool may_contain(const rpc::Bloom& bloom, ByteSpan item) {
    for (const Bit& bit : bits_of(item)) {
        if ((bloom.bytes[bit.byte] & bit.mask) == 0) {
            return false;
        }
    }
    return true;
}

void insert(rpc::Bloom& bloom, ByteSpan item) {
    for (const Bit& bit : bits_of(item)) {
        bloom.bytes[bit.byte] = static_cast<std::uint8_t>(bloom.bytes[bit.byte] | bit.mask);
    }
}

}  // namespace cone::follower
