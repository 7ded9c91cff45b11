// Groups of four, level by level; the root binds the length.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/merkle.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/hash/keccak_x4.hpp"
#include "cone/hash/records.hpp"

namespace cone::hash {
namespace {

Hash32 tagged_hash(Tag tag, ByteSpan payload) {
    const std::uint8_t first = static_cast<std::uint8_t>(tag);
    Keccak256 sponge;
    sponge.update({&first, 1});
    sponge.update(payload);
    return sponge.finish();
}

/// Hashes lie one after the other without padding, so a node's children are one byte string.
ByteSpan as_bytes(std::span<const Hash32> hashes) {
    static_assert(sizeof(Hash32) == Hash32::kSize);
    return hashes.empty() ? ByteSpan{} : ByteSpan{hashes.front().bytes.data(), hashes.size() * Hash32::kSize};
}

Hash32 node_hash(std::span<const Hash32> children) {
    return tagged_hash(Tag::Node, as_bytes(children));
}

std::size_t groups_of(std::size_t count, std::size_t size) {
    return count / size + (count % size != 0 ? 1 : 0);
}

/// Hashes of consecutive `size`-byte pieces of `data`, the last one shorter: four at once while four whole ones are left.
std::vector<Hash32> hash_pieces(KeccakPath path, Tag tag, ByteSpan data, std::size_t size) {
    const std::uint8_t first = static_cast<std::uint8_t>(tag);
    std::vector<Hash32> hashes;
    hashes.reserve(groups_of(data.size(), size));
    for (; data.size() >= 4 * size; data = data.subspan(4 * size)) {
        const auto piece = [&](std::size_t i) { return data.subspan(i * size, size); };
        const auto four = keccak256_x4(path, {&first, 1}, {piece(0), piece(1), piece(2), piece(3)});
        hashes.insert(hashes.end(), four.begin(), four.end());
    }
    for (; !data.empty(); data = data.subspan(std::min(size, data.size()))) {
        hashes.push_back(tagged_hash(tag, data.first(std::min(size, data.size()))));
    }
    return hashes;
}

/// The same by `threads` threads, each with a run of whole groups of four, where there is enough for them.
std::vector<Hash32> hash_pieces(KeccakPath path, Tag tag, ByteSpan data, std::size_t size, unsigned threads) {
    constexpr std::size_t kWorthAThread = std::size_t{1} << 18;  // bytes: a tenth of a millisecond and more
    const std::size_t parts = std::clamp<std::size_t>(data.size() / kWorthAThread, 1, threads);
    if (parts == 1) {
        return hash_pieces(path, tag, data, size);
    }
    const std::size_t share = groups_of(groups_of(data.size(), 4 * size), parts) * 4 * size;
    std::vector<std::vector<Hash32>> hashes(parts);
    const auto hash_part = [&](std::size_t part) {
        const std::size_t first = std::min(part * share, data.size());
        hashes[part] = hash_pieces(path, tag, data.subspan(first, std::min(share, data.size() - first)), size);
    };
    std::vector<std::thread> others;
    for (std::size_t part = 1; part < parts; ++part) {
        others.emplace_back(hash_part, part);
    }
    hash_part(0);
    for (std::size_t part = 1; part < parts; ++part) {
        others[part - 1].join();
        hashes[0].insert(hashes[0].end(), hashes[part].begin(), hashes[part].end());
    }
    return std::move(hashes[0]);
}

std::vector<Hash32> level_above(KeccakPath path, std::span<const Hash32> level, unsigned threads = 1) {
    return hash_pieces(path, Tag::Node, as_bytes(level), kArity * Hash32::kSize, threads);
}

Hash32 top_of(KeccakPath path, std::vector<Hash32> level, unsigned threads = 1) {
    CONE_ASSERT(!level.empty(), "a tree has at least one leaf");
    while (level.size() > 1) {
        level = level_above(path, level, threads);
    }
    return level.front();
}

Hash32 bind_length(Tag tag, std::uint64_t length, const Hash32& top) {
    Bytes payload;
    append_big_endian(payload, length);
    append(payload, top);
    return tagged_hash(tag, payload);
}

std::uint64_t leaves_of(std::uint64_t length_bytes) {
    return std::max<std::uint64_t>(1, groups_of(length_bytes, kLeafBytes));
}

/// The top that `leaf` and the siblings give; nothing when their number does not fit (index, leaf_count).
std::optional<Hash32> fold(Hash32 node, const MerkleProof& proof) {
    std::uint64_t index = proof.index;
    std::span<const Hash32> left = proof.siblings;
    for (std::uint64_t count = proof.leaf_count; count > 1; count = groups_of(count, kArity)) {
        const std::uint64_t place = index % kArity;
        const std::uint64_t size = std::min<std::uint64_t>(kArity, count - (index - place));
        if (left.size() < size - 1) {
            return std::nullopt;
        }
        std::array<Hash32, kArity> children;
        for (std::uint64_t child = 0; child < size; ++child) {
            children[child] = child == place ? node : left[child < place ? child : child - 1];
        }
        node = node_hash(std::span(children).first(size));
        left = left.subspan(size - 1);
        index /= kArity;
    }
    return left.empty() ? std::optional(node) : std::nullopt;
}

bool opens(const Hash32& root, Tag tag, std::uint64_t length, const Hash32& leaf, const MerkleProof& proof) {
    if (proof.index >= proof.leaf_count) {
        return false;
    }
    const auto top = fold(leaf, proof);
    return top && bind_length(tag, length, *top) == root;
}

}  // namespace

Hash32 leaf_hash(ByteSpan payload) {
    return tagged_hash(Tag::Leaf, payload);
}

Hash32 bytes_root(ByteSpan data, unsigned threads) {
    return bytes_root(best_keccak_path(), data, threads);
}

Hash32 bytes_root(KeccakPath path, ByteSpan data, unsigned threads) {
    CONE_ASSERT(threads > 0, "somebody hashes");
    std::vector<Hash32> leaves = hash_pieces(path, Tag::Leaf, data, kLeafBytes, threads);
    if (leaves.empty()) {
        leaves.push_back(leaf_hash({}));
    }
    return bind_length(Tag::BytesRoot, data.size(), top_of(path, std::move(leaves), threads));
}

Hash32 list_root(std::span<const Hash32> leaves) {
    return bind_length(Tag::ListRoot, leaves.size(), top_of(best_keccak_path(), {leaves.begin(), leaves.end()}));
}

MerkleProof prove(std::span<const Hash32> leaves, std::uint64_t index) {
    CONE_ASSERT(index < leaves.size(), "the index is outside the list");
    MerkleProof proof{.index = index, .leaf_count = leaves.size(), .siblings = {}};
    std::vector<Hash32> level(leaves.begin(), leaves.end());
    for (; level.size() > 1; level = level_above(best_keccak_path(), level), index /= kArity) {
        const std::uint64_t first = index - index % kArity;
        const std::uint64_t end = std::min<std::uint64_t>(first + kArity, level.size());
        for (std::uint64_t at = first; at < end; ++at) {
            if (at != index) {
                proof.siblings.push_back(level[at]);
            }
        }
    }
    return proof;
}

bool verify_in_list(const Hash32& root, const Hash32& leaf, const MerkleProof& proof) {
    return opens(root, Tag::ListRoot, proof.leaf_count, leaf, proof);
}

bool verify_in_bytes(const Hash32& root, std::uint64_t length_bytes, const Hash32& leaf, const MerkleProof& proof) {
    return proof.leaf_count == leaves_of(length_bytes) && opens(root, Tag::BytesRoot, length_bytes, leaf, proof);
}

}  // namespace cone::hash
