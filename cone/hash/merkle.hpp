// 4-ary Merkle tree over 4,072-byte leaves, or over the elements of a list (docs/protocol.md 2.1).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::hash {

inline constexpr std::size_t kLeafBytes = 4072;
inline constexpr std::size_t kArity = 4;

/// Siblings level by level from the leaf up; each level's in order, without the node itself.
struct MerkleProof {
    std::uint64_t index = 0;
    std::uint64_t leaf_count = 0;
    std::vector<Hash32> siblings;
};

[[nodiscard]] Hash32 leaf_hash(ByteSpan payload);

/// Root of a byte string: H(0x0e || u64 length || top). Uses the four-way Keccak; one pass over `data`, shared by as many
/// threads, this one included, where it is long enough for them.
[[nodiscard]] Hash32 bytes_root(ByteSpan data, unsigned threads = 1);

/// Root of a list whose leaf hashes are given: H(0x0f || u64 count || top). `leaves` is not empty.
[[nodiscard]] Hash32 list_root(std::span<const Hash32> leaves);

/// Proof of leaf `index`; index < leaves.size().
[[nodiscard]] MerkleProof prove(std::span<const Hash32> leaves, std::uint64_t index);

/// True when `leaf` stands at `proof.index` under the list root. False on any wrong shape; never throws.
[[nodiscard]] bool verify_in_list(const Hash32& root, const Hash32& leaf, const MerkleProof& proof);

/// True when `leaf` stands at `proof.index` under the root of a byte string of `length_bytes`.
[[nodiscard]] bool verify_in_bytes(const Hash32& root, std::uint64_t length_bytes, const Hash32& leaf,
                                   const MerkleProof& proof);

}  // namespace cone::hash
