// Keccak-256 with a state in registers: one thread a message.
// Bertoni, Daemen, Peeters, Van Assche: "The Keccak reference", 2011; the step names are theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"

namespace cone::kernels::cuda {

inline constexpr u32 kStateWords = 25;  ///< lane (x, y) at x + 5 y
inline constexpr u32 kRateWords = 17;   ///< 136 bytes a permutation
inline constexpr u64 kRatePad = u64{0x80} << 56;

/// A 32-byte hash as four little-endian words.
struct HashWords {
    u64 word[4];
};

namespace keccak {

[[nodiscard]] CONE_HOST_DEVICE inline u64 round_constant(u32 round) {
    static constexpr u64 kConstants[24] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
    return kConstants[round];
}

// A device's registers have 32 bits. Left to itself the compiler shares b ^ c of a ^ b ^ c between lanes and takes rotations
// apart, an operation more each; these two say what one operation a half can do.
[[nodiscard]] CONE_HOST_DEVICE CONE_ALWAYS_INLINE u64 rotate_left(u64 a, u32 bits) {
#if defined(__CUDA_ARCH__)
    const auto low = static_cast<u32>(bits < 32 ? a : a >> 32);
    const auto high = static_cast<u32>(bits < 32 ? a >> 32 : a);
    return u64{__funnelshift_l(low, high, bits)} << 32 | __funnelshift_l(high, low, bits);
#else
    return bits == 0 ? a : a << bits | a >> (64 - bits);
#endif
}

[[nodiscard]] CONE_HOST_DEVICE CONE_ALWAYS_INLINE u64 xor3(u64 a, u64 b, u64 c) {
#if defined(__CUDA_ARCH__)
    const auto half = [](u32 x, u32 y, u32 z) {
        u32 result;
        asm("lop3.b32 %0, %1, %2, %3, 0x96;" : "=r"(result) : "r"(x), "r"(y), "r"(z));
        return result;
    };
    const u32 low = half(static_cast<u32>(a), static_cast<u32>(b), static_cast<u32>(c));
    const u32 high = half(static_cast<u32>(a >> 32), static_cast<u32>(b >> 32), static_cast<u32>(c >> 32));
    return u64{high} << 32 | low;
#else
    return a ^ b ^ c;
#endif
}

/// Parity of the columns into every lane.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE void theta(u64 (&a)[kStateWords]) {
    u64 parity[5];
    u64 rotated[5];
    CONE_UNROLL
    for (u32 x = 0; x < 5; ++x) {
        parity[x] = xor3(xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
        rotated[x] = rotate_left(parity[x], 1);
    }
    CONE_UNROLL
    for (u32 i = 0; i < kStateWords; ++i) {
        a[i] = xor3(a[i], parity[(i + 4) % 5], rotated[(i + 1) % 5]);
    }
}

/// Rotates the lanes and moves them: lane (x, y) goes to (y, 2 x + 3 y).
CONE_HOST_DEVICE CONE_ALWAYS_INLINE void rho_pi(const u64 (&a)[kStateWords], u64 (&moved)[kStateWords]) {
    constexpr u32 kOffset[kStateWords] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                          25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};
    CONE_UNROLL
    for (u32 i = 0; i < kStateWords; ++i) {
        const u32 x = i % 5;
        const u32 y = i / 5;
        moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotate_left(a[i], kOffset[i]);
    }
}

/// The only step that is not linear, along rows.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE void chi(const u64 (&b)[kStateWords], u64 (&a)[kStateWords]) {
    CONE_UNROLL
    for (u32 i = 0; i < kStateWords; ++i) {
        a[i] = b[i] ^ (~b[i / 5 * 5 + (i + 1) % 5] & b[i / 5 * 5 + (i + 2) % 5]);
    }
}

CONE_HOST_DEVICE CONE_ALWAYS_INLINE void permute(u64 (&state)[kStateWords]) {
    u64 moved[kStateWords];
    CONE_DO_NOT_UNROLL
    for (u32 round = 0; round < 24; ++round) {
        theta(state);
        rho_pi(state, moved);
        chi(moved, state);
        state[0] ^= round_constant(round);
    }
}

}  // namespace keccak

/// The sponge of one message whose bytes come as 64-bit words.
struct Sponge {
    u64 state[kStateWords];

    CONE_HOST_DEVICE CONE_ALWAYS_INLINE void clear() {
        CONE_UNROLL
        for (u32 i = 0; i < kStateWords; ++i) {
            state[i] = 0;
        }
    }
    /// Absorbs 17 words; word(w) for w = 0 .. 16 in this order.
    template <class Words>
    CONE_HOST_DEVICE CONE_ALWAYS_INLINE void absorb(Words word) {
        CONE_UNROLL
        for (u32 w = 0; w < kRateWords; ++w) {
            state[w] ^= word(w);
        }
        keccak::permute(state);
    }
    [[nodiscard]] CONE_HOST_DEVICE CONE_ALWAYS_INLINE HashWords hash() const {
        return {{state[0], state[1], state[2], state[3]}};
    }
};

/// Word w of the padded message tag || payload, the message filling `words` words with its padding.
[[nodiscard]] CONE_HOST_DEVICE inline u64 tagged_word(std::uint8_t tag, const std::uint8_t* payload, u64 size, u64 w,
                                                      u64 words) {
    u64 word = w + 1 == words ? kRatePad : 0;
    for (u64 byte = 0; byte < 8; ++byte) {
        const u64 at = 8 * w + byte;  // in the message; the payload begins at 1
        const u64 value = at == 0 ? tag : at <= size ? payload[at - 1] : at == size + 1 ? u64{1} : u64{0};
        word ^= value << (8 * byte);
    }
    return word;
}

/// H(tag || payload), byte by byte: for the few messages that have no better way.
[[nodiscard]] CONE_HOST_DEVICE inline HashWords tagged_hash(std::uint8_t tag, const std::uint8_t* payload, u64 size) {
    Sponge sponge;
    sponge.clear();
    const u64 words = ((size + 1) / (8 * kRateWords) + 1) * kRateWords;
    for (u64 first = 0; first < words; first += kRateWords) {
        sponge.absorb([&](u32 w) { return tagged_word(tag, payload, size, first + w, words); });
    }
    return sponge.hash();
}

}  // namespace cone::kernels::cuda
