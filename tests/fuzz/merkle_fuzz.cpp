// Any bytes as a Merkle proof against a real list: it verifies only if it is the proof that prove() gives.
// Input: byte 0 picks the list's length, byte 1 the leaf; then index u64, leaf count u64 (little-endian) and the siblings.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "cone/base/errors.hpp"
#include "cone/hash/merkle.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using cone::Bytes;
using cone::Hash32;
using cone::hash::MerkleProof;

constexpr std::size_t kMostLeaves = 40;
constexpr std::size_t kHeaderBytes = 18;

std::vector<Hash32> leaves_of(std::size_t count) {
    std::vector<Hash32> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        leaves.push_back(cone::hash::leaf_hash(Bytes{static_cast<std::uint8_t>(i)}));
    }
    return leaves;
}

Bytes encoded(std::uint8_t count, std::uint8_t leaf, const MerkleProof& proof) {
    Bytes bytes{static_cast<std::uint8_t>(count - 1), leaf};
    bytes.resize(kHeaderBytes);
    std::memcpy(bytes.data() + 2, &proof.index, 8);
    std::memcpy(bytes.data() + 10, &proof.leaf_count, 8);
    for (const Hash32& sibling : proof.siblings) {
        cone::append(bytes, sibling);
    }
    return bytes;
}

MerkleProof decoded(cone::ByteSpan bytes) {
    MerkleProof proof;
    std::memcpy(&proof.index, bytes.data() + 2, 8);
    std::memcpy(&proof.leaf_count, bytes.data() + 10, 8);
    for (bytes = bytes.subspan(kHeaderBytes); bytes.size() >= Hash32::kSize; bytes = bytes.subspan(Hash32::kSize)) {
        std::copy_n(bytes.begin(), Hash32::kSize, proof.siblings.emplace_back().bytes.begin());
    }
    return proof;
}

bool is_genuine(const std::vector<Hash32>& leaves, std::size_t leaf, const MerkleProof& proof) {
    return proof.index == leaf && proof.leaf_count == leaves.size() &&
           proof.siblings == cone::hash::prove(leaves, leaf).siblings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < kHeaderBytes) {
        return 0;
    }
    const auto leaves = leaves_of(data[0] % kMostLeaves + 1);
    const std::size_t leaf = data[1] % leaves.size();
    const MerkleProof proof = decoded({data, size});
    const bool accepted = cone::hash::verify_in_list(cone::hash::list_root(leaves), leaves[leaf], proof);
    CONE_ASSERT(accepted == is_genuine(leaves, leaf, proof), "only the genuine proof verifies");
    return 0;
}

std::vector<Bytes> cone::test::seeds() {
    std::vector<Bytes> all;
    for (const std::uint8_t count : std::initializer_list<std::uint8_t>{1, 2, 4, 5, 6, 16, 17, 21, 40}) {
        for (std::uint8_t leaf = 0; leaf < count; ++leaf) {
            all.push_back(encoded(count, leaf, hash::prove(leaves_of(count), leaf)));
        }
    }
    return all;
}
