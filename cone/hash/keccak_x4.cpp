// Four messages at once, one by one until a vector path is chosen.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak.hpp"

namespace cone::hash {

std::array<Hash32, 4> keccak256_x4(const std::array<ByteSpan, 4>& messages) {
    return {keccak256(messages[0]), keccak256(messages[1]), keccak256(messages[2]), keccak256(messages[3])};
}

}  // namespace cone::hash
