// Keccak-f[1600] written once, for whatever a lane is: one 64-bit word, or four of them in a vector register.
// Bertoni, Daemen, Peeters, Van Assche: "The Keccak reference", 2011, section 1.2; the step names are theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
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

/// Parity of the columns into every lane.
template <class Ops>
[[gnu::always_inline]] inline void theta(typename Ops::Lane (&a)[kLanes]) {
    typename Ops::Lane parity[5], rotated[5];
    [&]<std::size_t... X>(std::index_sequence<X...>) __attribute__((always_inline)) {
        ((parity[X] = Ops::xor3(Ops::xor3(a[X], a[X + 5], a[X + 10]), a[X + 15], a[X + 20])), ...);
        ((rotated[X] = Ops::template rotl<1>(parity[X])), ...);
    }
    (std::make_index_sequence<5>{});
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        ((a[I] = Ops::xor3(a[I], parity[(I + 4) % 5], rotated[(I + 1) % 5])), ...);
    }
    (std::make_index_sequence<kLanes>{});
}

/// Rotates each lane and moves it along pi's path.
template <class Ops>
[[gnu::always_inline]] inline void rho_pi(const typename Ops::Lane (&a)[kLanes], typename Ops::Lane (&moved)[kLanes]) {
    moved[0] = a[0];
    moved[kPiPath[0]] = Ops::template rotl<kRhoOffset[0]>(a[1]);
    [&]<std::size_t... S>(std::index_sequence<S...>) __attribute__((always_inline)) {
        ((moved[kPiPath[S + 1]] = Ops::template rotl<kRhoOffset[S + 1]>(a[kPiPath[S]])), ...);
    }
    (std::make_index_sequence<23>{});
}

/// The only step that is not linear, along rows.
template <class Ops>
[[gnu::always_inline]] inline void chi(const typename Ops::Lane (&b)[kLanes], typename Ops::Lane (&a)[kLanes]) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        ((a[I] = Ops::chi(b[I], b[I / 5 * 5 + (I + 1) % 5], b[I / 5 * 5 + (I + 2) % 5])), ...);
    }
    (std::make_index_sequence<kLanes>{});
}

/// Permutes `state` in place. `Ops` names the lane type and gives on it: xor3(a, b, c), rotl<n>(a), chi(a, b, c) = a ^ (~b & c)
/// and iota(a, constant). Everything is inlined with constant indices, so that a state in registers can stay there.
template <class Ops>
[[gnu::always_inline]] inline void keccak_f1600(typename Ops::Lane (&state)[kLanes]) {
    typename Ops::Lane moved[kLanes];
    for (const std::uint64_t constant : kRoundConstants) {
        theta<Ops>(state);
        rho_pi<Ops>(state, moved);
        chi<Ops>(moved, state);
        state[0] = Ops::iota(state[0], constant);
    }
}

/// One message: a lane is a word.
struct WordOps {
    using Lane = std::uint64_t;
    static Lane xor3(Lane a, Lane b, Lane c) { return a ^ b ^ c; }
    template <int kBits>
    static Lane rotl(Lane a) {
        return std::rotl(a, kBits);
    }
    static Lane chi(Lane a, Lane b, Lane c) { return a ^ (~b & c); }
    static Lane iota(Lane a, std::uint64_t constant) { return a ^ constant; }
};

}  // namespace cone::hash
