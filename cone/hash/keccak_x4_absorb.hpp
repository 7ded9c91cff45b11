// Absorbing four messages into 256-bit lanes: what the AVX2 and the AVX-512 path share. Included by those two files only, which
// are compiled for their instruction set: nothing here may be a symbol of its own, hence always_inline and local `Ops`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

#include <cstring>

#include "cone/hash/keccak_x4.hpp"

namespace cone::hash {

[[gnu::always_inline]] inline __m256i load_256(const std::uint8_t* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

[[gnu::always_inline]] inline long long load_64(const std::uint8_t* at) {
    long long word = 0;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

/// XORs lanes first..first+3 of a block into the state: four rows of four words, transposed.
[[gnu::always_inline]] inline void absorb_four_lanes(__m256i* a, const BlocksX4& blocks, std::size_t first) {
    const __m256i m0 = load_256(blocks.at[0] + 8 * first), m1 = load_256(blocks.at[1] + 8 * first);
    const __m256i m2 = load_256(blocks.at[2] + 8 * first), m3 = load_256(blocks.at[3] + 8 * first);
    const __m256i even01 = _mm256_unpacklo_epi64(m0, m1), odd01 = _mm256_unpackhi_epi64(m0, m1);
    const __m256i even23 = _mm256_unpacklo_epi64(m2, m3), odd23 = _mm256_unpackhi_epi64(m2, m3);
    a[first] = _mm256_xor_si256(a[first], _mm256_permute2x128_si256(even01, even23, 0x20));
    a[first + 1] = _mm256_xor_si256(a[first + 1], _mm256_permute2x128_si256(odd01, odd23, 0x20));
    a[first + 2] = _mm256_xor_si256(a[first + 2], _mm256_permute2x128_si256(even01, even23, 0x31));
    a[first + 3] = _mm256_xor_si256(a[first + 3], _mm256_permute2x128_si256(odd01, odd23, 0x31));
}

template <class Ops>
[[gnu::always_inline]] inline void absorb_x4(StateX4& state, BlocksX4 blocks, std::size_t count) {
    __m256i a[kLanes];
    std::memcpy(a, state.lanes, sizeof(a));
    for (std::size_t block = 0; block < count; ++block) {
        absorb_four_lanes(a, blocks, 0);
        absorb_four_lanes(a, blocks, 4);
        absorb_four_lanes(a, blocks, 8);
        absorb_four_lanes(a, blocks, 12);
        a[16] = _mm256_xor_si256(a[16], _mm256_set_epi64x(load_64(blocks.at[3] + 128), load_64(blocks.at[2] + 128),
                                                          load_64(blocks.at[1] + 128), load_64(blocks.at[0] + 128)));
        keccak_f1600<Ops>(a);
        for (const std::uint8_t*& at : blocks.at) {
            at += kKeccakRate;
        }
    }
    std::memcpy(state.lanes, a, sizeof(a));
}

}  // namespace cone::hash
