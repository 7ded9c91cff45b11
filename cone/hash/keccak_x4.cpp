// Chooses the path, cuts four messages into blocks and pads them.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak_x4.hpp"

#include <algorithm>
#include <cstring>

#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::hash {
namespace {

using Block = std::array<std::uint8_t, kKeccakRate>;

Hash32 one(ByteSpan prefix, ByteSpan message) {
    Keccak256 sponge;
    sponge.update(prefix);
    sponge.update(message);
    return sponge.finish();
}

/// The next block of `prefix || message`: whole, or the end of it with the padding 0x01 ... 0x80.
Block first_block(ByteSpan prefix, ByteSpan message) {
    Block block{};
    std::copy(prefix.begin(), prefix.end(), block.begin());
    const std::size_t taken = std::min(block.size() - prefix.size(), message.size());
    std::copy_n(message.begin(), taken, block.begin() + static_cast<std::ptrdiff_t>(prefix.size()));
    if (const std::size_t filled = prefix.size() + taken; filled < block.size()) {
        block[filled] = 0x01;
        block.back() |= 0x80;
    }
    return block;
}

/// Four sponges of one path.
class SpongeX4 {
public:
    explicit SpongeX4(KeccakPath path) : absorb_(path == KeccakPath::Avx512 ? absorb_x4_avx512 : absorb_x4_avx2) {}

    /// Blocks that lie ready in the messages, without a copy.
    void whole_blocks(const std::array<ByteSpan, 4>& messages, std::size_t from, std::size_t count) {
        BlocksX4 blocks;
        for (std::size_t i = 0; i < 4; ++i) {
            blocks.at[i] = messages[i].data() + from;
        }
        absorb_(state_, blocks, count);
    }
    /// One block each that has to be put together: with the prefix, or with the padding.
    void made_block(ByteSpan prefix, const std::array<ByteSpan, 4>& messages, std::size_t from) {
        std::array<Block, 4> made;
        BlocksX4 blocks;
        for (std::size_t i = 0; i < 4; ++i) {
            made[i] = first_block(prefix, messages[i].subspan(from));
            blocks.at[i] = made[i].data();
        }
        absorb_(state_, blocks, 1);
    }
    [[nodiscard]] std::array<Hash32, 4> digests() const {
        std::array<Hash32, 4> all;
        for (std::size_t i = 0; i < 4; ++i) {
            for (std::size_t lane = 0; lane < Hash32::kSize / 8; ++lane) {
                std::memcpy(all[i].bytes.data() + 8 * lane, &state_.lanes[lane][i], 8);
            }
        }
        return all;
    }

private:
    StateX4 state_;
    void (*absorb_)(StateX4&, BlocksX4, std::size_t);
};

}  // namespace

std::string_view to_string(KeccakPath path) {
    switch (path) {
        case KeccakPath::Portable:
            return "portable";
        case KeccakPath::Avx2:
            return "avx2";
        case KeccakPath::Avx512:
            return "avx512";
    }
    return "unknown";
}

#ifdef CONE_KECCAK_VECTOR
bool is_supported(KeccakPath path) {
    switch (path) {
        case KeccakPath::Portable:
            return true;
        case KeccakPath::Avx2:
            return __builtin_cpu_supports("avx2") != 0;
        case KeccakPath::Avx512:
            return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0;
    }
    return false;
}
#else
bool is_supported(KeccakPath path) {
    return path == KeccakPath::Portable;
}
void absorb_x4_avx2(StateX4&, BlocksX4, std::size_t) {
    CONE_ASSERT(false, "no AVX2 in this build");
}
void absorb_x4_avx512(StateX4&, BlocksX4, std::size_t) {
    CONE_ASSERT(false, "no AVX-512 in this build");
}
#endif

KeccakPath best_keccak_path() {
    static const KeccakPath best = *std::find_if(kKeccakPaths.rbegin(), kKeccakPaths.rend(), is_supported);
    return best;
}

std::array<Hash32, 4> keccak256_x4(KeccakPath path, ByteSpan prefix, const std::array<ByteSpan, 4>& messages) {
    const std::size_t length = messages[0].size();
    CONE_ASSERT(std::all_of(messages.begin(), messages.end(), [&](ByteSpan m) { return m.size() == length; }), "equal lengths");
    CONE_ASSERT(prefix.size() <= 1, "a prefix is one tag byte");
    if (path == KeccakPath::Portable) {
        return {one(prefix, messages[0]), one(prefix, messages[1]), one(prefix, messages[2]), one(prefix, messages[3])};
    }
    SpongeX4 sponge(path);
    std::size_t at = 0;
    if (!prefix.empty() && prefix.size() + length >= kKeccakRate) {
        sponge.made_block(prefix, messages, 0);
        at = kKeccakRate - prefix.size();
        prefix = {};
    }
    const std::size_t whole = prefix.empty() ? (length - at) / kKeccakRate : 0;
    sponge.whole_blocks(messages, at, whole);
    sponge.made_block(prefix, messages, at + whole * kKeccakRate);
    return sponge.digests();
}

std::array<Hash32, 4> keccak256_x4(const std::array<ByteSpan, 4>& messages) {
    return keccak256_x4(best_keccak_path(), {}, messages);
}

}  // namespace cone::hash
