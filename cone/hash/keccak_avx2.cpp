// Four sponges with AVX2: 16 registers, rotation by two shifts (by a byte shuffle where it moves whole bytes).
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/keccak_x4.hpp"
#include "cone/hash/keccak_x4_absorb.hpp"

namespace cone::hash {
namespace {

struct Avx2Ops {
    using Lane = __m256i;
    [[gnu::always_inline]] static inline Lane xor3(Lane a, Lane b, Lane c) {
        return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
    }
    template <int kBits>
    [[gnu::always_inline]] static inline Lane rotl(Lane a) {
        if constexpr (kBits == 8) {
            return _mm256_shuffle_epi8(a, bytes(0x0605040302010007, 0x0e0d0c0b0a09080f));
        } else if constexpr (kBits == 56) {
            return _mm256_shuffle_epi8(a, bytes(0x0007060504030201, 0x080f0e0d0c0b0a09));
        } else {
            return _mm256_or_si256(_mm256_slli_epi64(a, kBits), _mm256_srli_epi64(a, 64 - kBits));
        }
    }
    [[gnu::always_inline]] static inline Lane chi(Lane a, Lane b, Lane c) {
        return _mm256_xor_si256(a, _mm256_andnot_si256(b, c));
    }
    [[gnu::always_inline]] static inline Lane iota(Lane a, std::uint64_t constant) {
        return _mm256_xor_si256(a, _mm256_set1_epi64x(static_cast<long long>(constant)));
    }

private:
    [[gnu::always_inline]] static inline Lane bytes(long long low, long long high) {
        return _mm256_set_epi64x(high, low, high, low);
    }
};

}  // namespace

void absorb_x4_avx2(StateX4& state, BlocksX4 blocks, std::size_t count) {
    absorb_x4<Avx2Ops>(state, blocks, count);
}

}  // namespace cone::hash
