// A keyed universal hash over GF(2^61 - 1): tells in one pass whether two parties hold the same words. Not for votes, which need
// collision resistance against who knows the key; for equality inside a team, where nobody does (Carter and Wegman 1979).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace cone::kernels {

inline constexpr std::uint64_t kUniversalPrime = (std::uint64_t{1} << 61) - 1;

/// Sum over i of (words[i] + 1) key^(n - i) mod 2^61 - 1, for n words. Two different lists of at most n words agree for at most n
/// of the keys 1 .. 2^61 - 2. `key` is taken mod 2^61 - 1.
[[nodiscard]] std::uint64_t universal_hash(std::uint64_t key, std::span<const std::uint32_t> words);

}  // namespace cone::kernels
