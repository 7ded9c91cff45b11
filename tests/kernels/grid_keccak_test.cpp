// The device's Keccak tree on a processor against cone/hash.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "cone/hash/keccak.hpp"
#include "cone/hash/merkle.hpp"
#include "cuda/host_grid.hpp"
#include "cuda/keccak_tree.hpp"
#include "random_network.hpp"

namespace cone::kernels::cuda {
namespace {

Bytes random_bytes(std::size_t size) {
    testing::SplitMix random{size};
    Bytes bytes(size);
    for (auto& byte : bytes) {
        byte = static_cast<std::uint8_t>(random.next());
    }
    return bytes;
}

Hash32 as_hash(const HashWords& words) {
    Hash32 hash;
    std::memcpy(hash.bytes.data(), words.word, sizeof words.word);
    return hash;
}

Hash32 root_of(const Bytes& data, ThreadOrder order) {
    HostGrid grid(order);
    std::vector<u64> aligned(data.size() / 8 + 1);
    std::copy(data.begin(), data.end(), reinterpret_cast<std::uint8_t*>(aligned.data()));
    KeccakTree<HostGrid> tree;
    return as_hash(*tree.root(grid, aligned.data(), data.size()));
}

TEST(GridKeccak, HashesMessagesOfAnyLength) {
    for (std::size_t size = 0; size < 300; ++size) {
        Bytes message = random_bytes(size + 1);
        const auto found = tagged_hash(message[0], message.data() + 1, size);
        ASSERT_EQ(as_hash(found), hash::keccak256(message)) << size;
    }
}

TEST(GridKeccak, FindsTheRootOfAnyLength) {
    constexpr std::size_t kLeaf = hash::kLeafBytes;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{135}, std::size_t{136}, kLeaf - 1, kLeaf, kLeaf + 1, 2 * kLeaf, 4 * kLeaf,
          4 * kLeaf + 7, 5 * kLeaf, 31 * kLeaf + 5, 32 * kLeaf, 33 * kLeaf, 64 * kLeaf + 4071, 257 * kLeaf}) {
        const Bytes data = random_bytes(size);
        EXPECT_EQ(root_of(data, ThreadOrder::Ascending), hash::bytes_root(data)) << size;
        EXPECT_EQ(root_of(data, ThreadOrder::OddFirst), hash::bytes_root(data)) << size;
    }
}

TEST(GridKeccak, OneTreeServesManyLengths) {
    HostGrid grid;
    KeccakTree<HostGrid> tree;
    for (const std::size_t size : {std::size_t{50000}, std::size_t{100}, std::size_t{200000}, std::size_t{4072}}) {
        const Bytes data = random_bytes(size);
        std::vector<u64> aligned(size / 8 + 1);
        std::memcpy(aligned.data(), data.data(), size);
        EXPECT_EQ(as_hash(*tree.root(grid, aligned.data(), size)), hash::bytes_root(data)) << size;
    }
}

TEST(GridKeccak, AnyChangedByteChangesTheRoot) {
    Bytes data = random_bytes(3 * hash::kLeafBytes + 9);
    const Hash32 root = root_of(data, ThreadOrder::Ascending);
    for (std::size_t at = 0; at < data.size(); at += 509) {
        data[at] ^= 1;
        EXPECT_NE(root_of(data, ThreadOrder::Ascending), root) << at;
        data[at] ^= 1;
    }
}

}  // namespace
}  // namespace cone::kernels::cuda
