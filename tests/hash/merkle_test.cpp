// Merkle tree: every proof of every small list, and everything a liar might change about it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/merkle.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>

#include "cone/hash/keccak.hpp"
#include "tests/support/pattern.hpp"

namespace cone::hash {
namespace {

constexpr std::uint32_t kMost = 40;

std::vector<Hash32> leaves_of(std::uint32_t count) {
    std::vector<Hash32> leaves;
    for (std::uint32_t i = 0; i < count; ++i) {
        Bytes payload;
        append_big_endian(payload, i);
        leaves.push_back(leaf_hash(payload));
    }
    return leaves;
}

Hash32 corrupted(Hash32 hash) {
    hash.bytes[7] ^= 0x10;
    return hash;
}

/// Calls `check(root, leaves, proof)` for every leaf of every list up to 40 leaves.
template <class Check>
void for_every_proof(Check check) {
    for (std::uint32_t count = 1; count <= kMost; ++count) {
        const auto leaves = leaves_of(count);
        const Hash32 root = list_root(leaves);
        for (std::uint32_t index = 0; index < count; ++index) {
            SCOPED_TRACE(testing::Message() << "leaf " << index << " of " << count);
            check(root, leaves, prove(leaves, index));
        }
    }
}

/// The tree by hand: what docs/protocol.md 2.1 draws for six leaves.
TEST(Merkle, RootOfSixLeavesIsTheDrawnOne) {
    const auto l = leaves_of(6);
    const auto node = [](std::vector<Hash32> children) {
        Bytes preimage{0x01};
        for (const Hash32& child : children) {
            append(preimage, child);
        }
        return keccak256(preimage);
    };
    Bytes root{0x0f, 0, 0, 0, 0, 0, 0, 0, 6};
    append(root, node({node({l[0], l[1], l[2], l[3]}), node({l[4], l[5]})}));
    EXPECT_EQ(list_root(l), keccak256(root));
}

TEST(Merkle, EmptyByteStringHasOneEmptyLeaf) {
    const Bytes leaf_preimage{0x00};
    Bytes root{0x0e, 0, 0, 0, 0, 0, 0, 0, 0};
    append(root, keccak256(leaf_preimage));
    EXPECT_EQ(bytes_root({}), keccak256(root));
}

TEST(Merkle, ThreadsChangeNothing) {
    for (const std::size_t size : {0UL, 1UL, kLeafBytes, (1UL << 19) - 1, 1UL << 19, (3UL << 20) + 5, 300 * kLeafBytes}) {
        Bytes data(size);
        for (std::size_t i = 0; i < size; ++i) {
            data[i] = static_cast<std::uint8_t>(i * 2654435761U >> 13);
        }
        for (const unsigned threads : {2U, 3U, 7U}) {
            EXPECT_EQ(bytes_root(data, threads), bytes_root(data)) << size << " bytes, " << threads << " threads";
        }
    }
}

TEST(Merkle, EveryProofOfEveryListUpTo40Verifies) {
    for_every_proof([](const Hash32& root, const auto& leaves, const MerkleProof& proof) {
        EXPECT_TRUE(verify_in_list(root, leaves[proof.index], proof));
    });
}

TEST(Merkle, RefusesAnotherRoot) {
    for_every_proof([](const Hash32& root, const auto& leaves, const MerkleProof& proof) {
        EXPECT_FALSE(verify_in_list(corrupted(root), leaves[proof.index], proof));
        EXPECT_FALSE(verify_in_list(Hash32{}, leaves[proof.index], proof));
    });
}

TEST(Merkle, RefusesAnyOtherLeafInTheSamePlace) {
    for_every_proof([](const Hash32& root, const auto& leaves, const MerkleProof& proof) {
        EXPECT_FALSE(verify_in_list(root, corrupted(leaves[proof.index]), proof));
        for (std::uint64_t other = 0; other < leaves.size(); ++other) {
            EXPECT_EQ(verify_in_list(root, leaves[other], proof), other == proof.index);
        }
    });
}

TEST(Merkle, RefusesACorruptSibling) {
    for_every_proof([](const Hash32& root, const auto& leaves, MerkleProof proof) {
        for (Hash32& sibling : proof.siblings) {
            const Hash32 before = sibling;
            sibling = corrupted(sibling);
            EXPECT_FALSE(verify_in_list(root, leaves[proof.index], proof));
            sibling = before;
        }
    });
}

TEST(Merkle, RefusesSiblingsInAnotherOrder) {
    for_every_proof([](const Hash32& root, const auto& leaves, MerkleProof proof) {
        for (std::size_t i = 1; i < proof.siblings.size(); ++i) {
            std::swap(proof.siblings[i - 1], proof.siblings[i]);
            EXPECT_FALSE(verify_in_list(root, leaves[proof.index], proof));
            std::swap(proof.siblings[i - 1], proof.siblings[i]);
        }
    });
}

TEST(Merkle, RefusesAMissingOrExtraSibling) {
    for_every_proof([](const Hash32& root, const auto& leaves, const MerkleProof& proof) {
        MerkleProof longer = proof;
        longer.siblings.push_back(leaves[0]);
        EXPECT_FALSE(verify_in_list(root, leaves[proof.index], longer));
        if (!proof.siblings.empty()) {
            MerkleProof shorter = proof;
            shorter.siblings.pop_back();
            EXPECT_FALSE(verify_in_list(root, leaves[proof.index], shorter));
        }
    });
}

TEST(Merkle, RefusesEveryOtherIndex) {
    for_every_proof([](const Hash32& root, const auto& leaves, MerkleProof proof) {
        const std::uint64_t right = proof.index;
        for (std::uint64_t index = 0; index < leaves.size() + 5; ++index) {
            proof.index = index;
            EXPECT_EQ(verify_in_list(root, leaves[right], proof), index == right);
        }
    });
}

TEST(Merkle, RefusesEveryOtherCount) {
    for_every_proof([](const Hash32& root, const auto& leaves, MerkleProof proof) {
        for (std::uint64_t count = 0; count < kMost + 5; ++count) {
            proof.leaf_count = count;
            EXPECT_EQ(verify_in_list(root, leaves[proof.index], proof), count == leaves.size());
        }
    });
}

TEST(Merkle, RefusesHugeIndexAndCount) {
    const auto leaves = leaves_of(6);
    MerkleProof proof = prove(leaves, 5);
    proof.index = std::numeric_limits<std::uint64_t>::max();
    EXPECT_FALSE(verify_in_list(list_root(leaves), leaves[5], proof));
    proof.leaf_count = std::numeric_limits<std::uint64_t>::max();
    proof.index = proof.leaf_count - 1;
    EXPECT_FALSE(verify_in_list(list_root(leaves), leaves[5], proof));
}

/// An inner node is no leaf: presenting it with the upper part of a proof needs another count, which the root binds.
TEST(Merkle, RefusesAnInnerNodeAsLeaf) {
    for (const std::uint32_t count : {5u, 8u, 16u, 17u, 40u}) {
        const auto leaves = leaves_of(count);
        const Hash32 root = list_root(leaves);
        std::vector<Hash32> inner;
        for (std::size_t at = 0; at < count; at += kArity) {
            Bytes preimage{0x01};
            for (std::size_t i = at; i < std::min<std::size_t>(at + kArity, count); ++i) {
                append(preimage, leaves[i]);
            }
            inner.push_back(keccak256(preimage));
        }
        MerkleProof proof = prove(inner, 0);
        EXPECT_FALSE(verify_in_list(root, inner[0], proof)) << count;
        proof.leaf_count = count;
        EXPECT_FALSE(verify_in_list(root, inner[0], proof)) << count;
    }
}

std::vector<Hash32> byte_leaves(ByteSpan data) {
    std::vector<Hash32> leaves;
    for (std::size_t at = 0; at < data.size(); at += kLeafBytes) {
        leaves.push_back(leaf_hash(data.subspan(at, std::min(kLeafBytes, data.size() - at))));
    }
    return leaves;
}

TEST(Merkle, ByteStringProofsBindTheLength) {
    for (const std::size_t length : std::initializer_list<std::size_t>{1, 4071, 4072, 4073, 16288, 16289, 100'000}) {
        const Bytes data = test::pattern(length);
        const auto leaves = byte_leaves(data);
        const Hash32 root = bytes_root(data);
        for (std::uint64_t index = 0; index < leaves.size(); ++index) {
            const MerkleProof proof = prove(leaves, index);
            EXPECT_TRUE(verify_in_bytes(root, length, leaves[index], proof)) << length;
            EXPECT_FALSE(verify_in_bytes(root, length - 1, leaves[index], proof)) << length;
            EXPECT_FALSE(verify_in_bytes(root, length + 1, leaves[index], proof)) << length;
            EXPECT_FALSE(verify_in_bytes(root, ~std::uint64_t{0}, leaves[index], proof)) << length;
            EXPECT_FALSE(verify_in_list(root, leaves[index], proof)) << "a byte string is no list";
        }
    }
}

TEST(Merkle, RootsOfListsAndByteStringsNeverMeet) {
    const Bytes data = test::pattern(6 * kLeafBytes);
    EXPECT_NE(bytes_root(data), list_root(byte_leaves(data)));
}

TEST(Merkle, RootChangesWithAnyByteAndWithTrailingZeros) {
    Bytes data = test::pattern(9000);
    const Hash32 before = bytes_root(data);
    for (std::size_t at = 0; at < data.size(); at += 97) {
        data[at] ^= 1;
        EXPECT_NE(bytes_root(data), before) << "byte " << at;
        data[at] ^= 1;
    }
    data.push_back(0);
    EXPECT_NE(bytes_root(data), before);
}

TEST(MerkleDeathTest, EmptyListIsABug) {
    EXPECT_DEATH((void)list_root({}), "at least one leaf");
    EXPECT_DEATH((void)prove(leaves_of(3), 3), "outside the list");
}

TEST(Merkle, AgreesWithTheSharedVectors) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/merkle.json");
    const auto vectors = nlohmann::json::parse(file);
    const auto roots = vectors.at("list_roots").get<std::vector<std::string>>();
    ASSERT_EQ(roots.size(), kMost);
    for (std::uint32_t count = 1; count <= kMost; ++count) {
        EXPECT_EQ(to_hex(list_root(leaves_of(count))), roots[count - 1]) << count << " leaves";
    }
    const auto lengths = vectors.at("byte_lengths").get<std::vector<std::size_t>>();
    ASSERT_GE(lengths.size(), 8u);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        EXPECT_EQ(to_hex(bytes_root(test::pattern(lengths[i]))), vectors.at("byte_roots").at(i)) << lengths[i] << " bytes";
    }
}

TEST(Merkle, VerifiesTheSharedProofs) {
    std::ifstream file(CONE_SOURCE_DIR "/tests/vectors/merkle.json");
    const auto vectors = nlohmann::json::parse(file);
    const auto& siblings = vectors.at("proof_siblings");
    ASSERT_GE(siblings.size(), 100u);
    for (std::size_t i = 0; i < siblings.size(); ++i) {
        MerkleProof proof{
            .index = vectors.at("proof_indices").at(i), .leaf_count = vectors.at("proof_counts").at(i), .siblings = {}};
        for (const std::string text : siblings[i]) {
            proof.siblings.push_back(fixed_from_hex<Hash32>(text).value());
        }
        const auto root = fixed_from_hex<Hash32>(vectors.at("list_roots").at(proof.leaf_count - 1).get<std::string>()).value();
        const auto leaf = fixed_from_hex<Hash32>(vectors.at("leaves").at(proof.index).get<std::string>()).value();
        EXPECT_TRUE(verify_in_list(root, leaf, proof)) << "proof " << i;
    }
}

}  // namespace
}  // namespace cone::hash
