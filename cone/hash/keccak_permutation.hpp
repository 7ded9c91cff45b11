// Keccak-f[1600] written once, for whatever a lane is: one 64-bit word, or four of them in a vector register.
// Bertoni, Daemen, Peeters, Van Assche: "The Keccak reference", 2011, section 1.2; the step names are theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cone::hash {

inline constexpr std::size_t kLanes = 25;        ///< state, lane (x, y) at x + 5 y
inline constexpr std::size_t kKeccakRate = 136;  ///< bytes a permutation absorbs: 1600 bits less twice 256
inline constexpr std::size_t kRateLanes = kKeccakRate / 8;
inline constexpr std::size_t kKeccakRounds = 24;

inline constexpr std::uint64_t kRoundConstants[kKeccakRounds] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// The path of pi through the 24 moving lanes, starting after lane 1, and the rotation of rho at each step of it.
inline constexpr std::size_t kPiPath[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                            15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
inline constexpr int kRhoOffset[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                       27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};

/// Permutes `state` in place. `Ops` names the lane type and gives on it: xor3(a, b, c), rotl<n>(a), chi(a, b, c) = a ^ (~b & c)
/// and iota(a, constant). Everything is inlined with constant indices, so that a state in registers can stay there.
template <class Ops>
[[gnu::always_inline]] inline void keccak_f1600(typename Ops::Lane (&a)[kLanes]) {
    using Lane = typename Ops::Lane;
    for (std::size_t round = 0; round < kKeccakRounds; ++round) {
        Lane c[5], b[kLanes];
        [&]<std::size_t... X>(std::index_sequence<X...>) __attribute__((always_inline)) {
            ((c[X] = Ops::xor3(Ops::xor3(a[X], a[X + 5], a[X + 10]), a[X + 15], a[X + 20])), ...);
        }
        (std::make_index_sequence<5>{});
        const Lane d[5] = {Ops::template rotl<1>(c[1]), Ops::template rotl<1>(c[2]), Ops::template rotl<1>(c[3]),
                           Ops::template rotl<1>(c[4]), Ops::template rotl<1>(c[0])};
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            ((a[I] = Ops::xor3(a[I], c[(I + 4) % 5], d[I % 5])), ...);
        }
        (std::make_index_sequence<kLanes>{});
        b[0] = a[0];
        [&]<std::size_t... S>(std::index_sequence<S...>) __attribute__((always_inline)) {
            ((b[kPiPath[S]] = Ops::template rotl<kRhoOffset[S]>(a[S == 0 ? 1 : kPiPath[S == 0 ? 0 : S - 1]])), ...);
        }
        (std::make_index_sequence<24>{});
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            ((a[I] = Ops::chi(b[I], b[I / 5 * 5 + (I + 1) % 5], b[I / 5 * 5 + (I + 2) % 5])), ...);
        }
        (std::make_index_sequence<kLanes>{});
        a[0] = Ops::iota(a[0], kRoundConstants[round]);
    }
}

}  // namespace cone::hash
