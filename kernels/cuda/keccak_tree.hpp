// The Keccak tree of a byte string (docs/protocol.md 2.1) on a grid: leaves of 4,072 bytes, groups of four, root with length.
// SPDX-License-Identifier: Apache-2.0
//
// A warp owns 32 whole leaves, a thread one sponge. The warp reads 136 bytes of every leaf together (neighbouring threads read
// neighbouring words) into one of two buffers while it permutes the other: each byte is read once from memory, 17 words a
// thread and permutation from shared memory, whose lines of 17 words meet different banks. About 4,400 integer instructions
// a permutation against 136 bytes: the arithmetic is the bound, not the memory.
#pragma once

#include "device_array.hpp"
#include "keccak.hpp"

namespace cone::kernels::cuda {

inline constexpr u64 kLeafBytes = 4072;
inline constexpr u32 kLeafWords = 509;
inline constexpr u32 kLeafBlocks = 30;  ///< permutations a leaf: 510 words with tag and padding
inline constexpr u32 kArity = 4;

enum class TreeTag : std::uint8_t { Leaf = 0x00, Node = 0x01, BytesRoot = 0x0e };

/// Hashes of whole leaves. `words` is the byte string, 8-byte aligned.
struct LeafHashes {
    static constexpr u32 kThreads = 32;
    struct Shared {
        u64 word[2][kThreads * kRateWords];
    };
    struct Thread {
        Sponge sponge;
        u64 before;  ///< last payload word absorbed: its last byte opens the next message word
    };

    const u64* words;
    u64 leaves;
    HashWords* hashes;

    template <class Block>
    CONE_HOST_DEVICE void operator()(Block& block) const {
        const u64 first = u64{block.x()} * kThreads;
        const u32 count = leaves - first < kThreads ? static_cast<u32>(leaves - first) : kThreads;
        const u64* group = words + first * kLeafWords;
        Shared& shared = block.shared();
        block.each([&](u32 t, Thread& own) {
            own.sponge.clear();
            own.before = 0;
            fetch(shared.word[0], group, count, 0, t);
        });
        for (u32 stage = 0; stage < kLeafBlocks; ++stage) {
            block.each([&](u32 t, Thread& own) {
                if (stage + 1 < kLeafBlocks) {
                    fetch(shared.word[(stage + 1) % 2], group, count, stage + 1, t);
                }
                absorb(shared.word[stage % 2] + t * kRateWords, stage, own);
            });
        }
        block.each([&](u32 t, Thread& own) {
            if (t < count) {
                hashes[first + t] = own.sponge.hash();
            }
        });
    }

private:
    /// Words 17 stage .. of `count` leaves, +0 beyond a leaf and for leaves that are not there. Whole groups, but for a leaf's
    /// last stage, need no comparison.
    CONE_HOST_DEVICE static void fetch(u64* to, const u64* group, u32 count, u32 stage, u32 t) {
        if (count == kThreads && stage + 1 < kLeafBlocks) {
            fetch_words(to, group + stage * kRateWords, t, [](u32, u32) { return true; });
        } else {
            fetch_words(to, group + stage * kRateWords, t,
                        [&](u32 leaf, u32 word) { return leaf < count && stage * kRateWords + word < kLeafWords; });
        }
    }

    template <class Exists>
    CONE_HOST_DEVICE CONE_ALWAYS_INLINE static void fetch_words(u64* to, const u64* from, u32 t, Exists exists) {
        CONE_UNROLL
        for (u32 e = 0; e < kRateWords; ++e) {
            const u32 at = e * kThreads + t;
            const u32 leaf = at / kRateWords;
            to[at] = exists(leaf, at % kRateWords) ? from[at + leaf * (kLeafWords - kRateWords)] : 0;
        }
    }

    /// The message is the payload moved up by the tag's byte, 0x00; payload word 509 is +0 and takes the padding.
    CONE_HOST_DEVICE CONE_ALWAYS_INLINE static void absorb(const u64* line, u32 stage, Thread& own) {
        const u64 padding = stage + 1 == kLeafBlocks ? kRatePad ^ 0x0100 : 0;
        u64 before = own.before;
        own.sponge.absorb([&](u32 w) {
            const u64 word = line[w];
            const u64 message = word << 8 | before >> 56;
            before = word;
            return w + 1 == kRateWords ? message ^ padding : message;
        });
        own.before = before;
    }
};

/// Hash of what is left behind the whole leaves (or of the empty string). Exactly one thread.
struct ShortLeafHash {
    const std::uint8_t* payload;
    u64 size;
    HashWords* hash;
    CONE_HOST_DEVICE void operator()(std::size_t) const {
        *hash = tagged_hash(static_cast<std::uint8_t>(TreeTag::Leaf), payload, size);
    }
};

/// Level above: thread i hashes children 4 i .. of `count`. One permutation, 128 bytes read, 32 written.
struct NodeHashes {
    const HashWords* children;
    u64 count;
    HashWords* nodes;

    CONE_HOST_DEVICE void operator()(std::size_t i) const {
        const u64 left = count - kArity * i;
        const u32 words = 4 * static_cast<u32>(left < kArity ? left : kArity);
        const u64* payload = children[kArity * i].word;
        u64 before = u64{static_cast<std::uint8_t>(TreeTag::Node)} << 56;
        Sponge sponge;
        sponge.clear();
        sponge.absorb([&](u32 w) {
            const u64 word = w < words ? payload[w] : 0;
            const u64 message = word << 8 | before >> 56;
            before = word;
            return message ^ (w == words ? 0x0100 : 0) ^ (w + 1 == kRateWords ? kRatePad : 0);
        });
        nodes[i] = sponge.hash();
    }
};

/// H(0x0e || u64 length, big-endian || top). Exactly one thread.
struct RootHash {
    u64 length;
    const HashWords* top;
    HashWords* root;

    CONE_HOST_DEVICE void operator()(std::size_t) const {
        std::uint8_t payload[40];
        for (u32 byte = 0; byte < 8; ++byte) {
            payload[byte] = static_cast<std::uint8_t>(length >> (56 - 8 * byte));
        }
        for (u32 byte = 0; byte < 32; ++byte) {
            payload[8 + byte] = static_cast<std::uint8_t>(top->word[byte / 8] >> (8 * (byte % 8)));
        }
        *root = tagged_hash(static_cast<std::uint8_t>(TreeTag::BytesRoot), payload, sizeof payload);
    }
};

/// The tree of byte strings up to a length, with memory for its levels.
template <class Grid>
class KeccakTree {
public:
    /// Root of `length` bytes at `data`, memory of the grid, 8-byte aligned. Valid until the next call; in memory of the grid.
    [[nodiscard]] const HashWords* root(Grid& grid, const void* data, u64 length) {
        const u64 whole = length / kLeafBytes;
        const u64 rest = length % kLeafBytes;
        const u64 leaves = whole + (rest > 0 || whole == 0 ? 1 : 0);
        below_.grow(grid, leaves);
        above_.grow(grid, leaves / kArity + 2);
        hash_leaves(grid, data, whole, rest, leaves);
        HashWords* level = below_.get();
        HashWords* next = above_.get();
        for (u64 count = leaves; count > 1;) {
            const u64 nodes = (count + kArity - 1) / kArity;
            grid.elements(nodes, NodeHashes{level, count, next});
            std::swap(level, next);
            count = nodes;
        }
        grid.elements(1, RootHash{length, level, next});
        return next;
    }

private:
    void hash_leaves(Grid& grid, const void* data, u64 whole, u64 rest, u64 leaves) {
        if (whole > 0) {
            const auto groups = static_cast<u32>((whole + LeafHashes::kThreads - 1) / LeafHashes::kThreads);
            grid.blocks(Extent{groups}, LeafHashes{static_cast<const u64*>(data), whole, below_.get()});
        }
        if (leaves > whole) {
            const auto* bytes = static_cast<const std::uint8_t*>(data);
            grid.elements(1, ShortLeafHash{bytes + whole * kLeafBytes, rest, below_.get() + whole});
        }
    }

    DeviceArray<Grid, HashWords> below_;
    DeviceArray<Grid, HashWords> above_;
};

}  // namespace cone::kernels::cuda
