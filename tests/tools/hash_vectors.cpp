// Vectors of Keccak-256 and of the Merkle tree.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "cone/hash/keccak.hpp"
#include "cone/hash/merkle.hpp"
#include "tests/support/pattern.hpp"
#include "tests/tools/vectors.hpp"

namespace cone::test {
namespace {

std::vector<std::string> as_hex(const std::vector<Hash32>& hashes) {
    std::vector<std::string> texts;
    for (const Hash32& hash : hashes) {
        texts.push_back(to_hex(hash));
    }
    return texts;
}

/// Leaf i of every list: the hash of the four bytes of i, big-endian.
std::vector<Hash32> list_leaves(std::uint32_t count) {
    std::vector<Hash32> leaves;
    for (std::uint32_t i = 0; i < count; ++i) {
        Bytes payload;
        append_big_endian(payload, i);
        leaves.push_back(hash::leaf_hash(payload));
    }
    return leaves;
}

void add_proofs(Json& file, std::uint32_t count) {
    const auto leaves = list_leaves(count);
    for (std::uint32_t index = 0; index < count; ++index) {
        file["proof_counts"].push_back(count);
        file["proof_indices"].push_back(index);
        file["proof_siblings"].push_back(as_hex(hash::prove(leaves, index).siblings));
    }
}

}  // namespace

Json keccak_vectors() {
    Json file;
    for (const std::size_t length : std::initializer_list<std::size_t>{
             0, 1, 2, 3, 8, 31, 32, 33, 64, 128, 129, 134, 135, 136, 137, 200, 271, 272, 273, 407, 408, 409, 1000}) {
        const Bytes input = pattern(length);
        file["inputs"].push_back(to_hex(input));
        file["hashes"].push_back(to_hex(hash::keccak256(input)));
    }
    return file;
}

Json merkle_vectors() {
    constexpr std::uint32_t kMost = 40;
    Json file;
    file["leaves"] = as_hex(list_leaves(kMost));
    for (std::uint32_t count = 1; count <= kMost; ++count) {
        file["list_roots"].push_back(to_hex(hash::list_root(list_leaves(count))));
    }
    for (const std::uint32_t count : {1u, 2u, 3u, 4u, 5u, 6u, 8u, 16u, 17u, 21u, 40u}) {
        add_proofs(file, count);
    }
    for (const std::size_t length :
         std::initializer_list<std::size_t>{0, 1, 4071, 4072, 4073, 8144, 16288, 16289, 20360, 70000}) {
        file["byte_lengths"].push_back(length);
        file["byte_roots"].push_back(to_hex(hash::bytes_root(pattern(length))));
    }
    return file;
}

}  // namespace cone::test
