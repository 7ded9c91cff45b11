// Four sponges with AVX-512VL: 32 registers hold the whole state; rotation and each three-way operation are one instruction.
// 256-bit registers on purpose: four messages at once is what the tree has everywhere, and no machine clocks down for them.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak_x4.hpp"
#include "cone/hash/keccak_x4_absorb.hpp"

namespace cone::hash {
namespace {

struct Avx512Ops {
    using Lane = __m256i;
    [[gnu::always_inline]] static inline Lane xor3(Lane a, Lane b, Lane c) { return _mm256_ternarylogic_epi64(a, b, c, 0x96); }
    template <int kBits>
    [[gnu::always_inline]] static inline Lane rotl(Lane a) {
        return _mm256_rol_epi64(a, kBits);
    }
    [[gnu::always_inline]] static inline Lane chi(Lane a, Lane b, Lane c) { return _mm256_ternarylogic_epi64(a, b, c, 0xd2); }
    [[gnu::always_inline]] static inline Lane iota(Lane a, std::uint64_t constant) {
        return _mm256_xor_si256(a, _mm256_set1_epi64x(static_cast<long long>(constant)));
    }
};

}  // namespace

void absorb_x4_avx512(StateX4& state, BlocksX4 blocks, std::size_t count) {
    absorb_x4<Avx512Ops>(state, blocks, count);
}

}  // namespace cone::hash
