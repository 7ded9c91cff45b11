// Four Keccak-256 sponges side by side: lane i of all four lies in one vector register.
// Inside the library; callers use keccak.hpp and merkle.hpp, benchmarks and tests choose a path here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cone/base/bytes.hpp"
#include "cone/hash/keccak_permutation.hpp"

namespace cone::hash {

/// Ways to compute the same bits.
enum class KeccakPath { Portable, Avx2, Avx512 };
inline constexpr std::array<KeccakPath, 3> kKeccakPaths = {KeccakPath::Portable, KeccakPath::Avx2, KeccakPath::Avx512};

[[nodiscard]] std::string_view to_string(KeccakPath path);
/// True when this build has the path and this machine can run it.
[[nodiscard]] bool is_supported(KeccakPath path);
/// The fastest supported one; found out once.
[[nodiscard]] KeccakPath best_keccak_path();

/// Keccak-256 of `prefix || message` for each of four messages of equal length; `prefix` has at most one byte.
/// The path must be supported.
[[nodiscard]] std::array<Hash32, 4> keccak256_x4(KeccakPath path, ByteSpan prefix, const std::array<ByteSpan, 4>& messages);

/// bytes_root of merkle.hpp on a chosen path.
[[nodiscard]] Hash32 bytes_root(KeccakPath path, ByteSpan data, unsigned threads = 1);

/// lanes[i][m]: lane i of message m.
struct alignas(32) StateX4 {
    std::uint64_t lanes[kLanes][4] = {};
};
/// Where each message's next block lies. A plain array: the vector files must not instantiate library templates.
struct BlocksX4 {
    const std::uint8_t* at[4] = {};
};

/// Absorbs `count` blocks of kKeccakRate bytes from each of four places. Only where the machine can run it.
void absorb_x4_avx2(StateX4& state, BlocksX4 blocks, std::size_t count);
void absorb_x4_avx512(StateX4& state, BlocksX4 blocks, std::size_t count);

}  // namespace cone::hash
