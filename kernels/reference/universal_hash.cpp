// Horner's rule by four chains, so that a multiplication need not wait for the one before.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/universal_hash.hpp"

#include <cstddef>

namespace cone::kernels {
namespace {

__extension__ using Wide = unsigned __int128;

/// (a b + c) mod p; a and b below 2^61, c below 2^33.
std::uint64_t step(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    const Wide wide = Wide{a} * b + c;
    const std::uint64_t folded = static_cast<std::uint64_t>(wide & kUniversalPrime) + static_cast<std::uint64_t>(wide >> 61);
    return folded >= kUniversalPrime ? folded - kUniversalPrime : folded;
}

}  // namespace

std::uint64_t universal_hash(std::uint64_t key, std::span<const std::uint32_t> words) {
    const std::uint64_t k = key % kUniversalPrime;
    const std::uint64_t k2 = step(k, k, 0);
    const std::uint64_t k4 = step(k2, k2, 0);
    std::uint64_t chains[4] = {};
    std::size_t i = 0;
    for (; i + 4 <= words.size(); i += 4) {
        for (std::size_t j = 0; j < 4; ++j) {
            chains[j] = step(chains[j], k4, std::uint64_t{words[i + j]} + 1);
        }
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t chain : chains) {  // chain 0 times k^4, chain 1 times k^3, ...
        sum = step(sum, k, 0);
        const std::uint64_t both = sum + chain;
        sum = both >= kUniversalPrime ? both - kUniversalPrime : both;
    }
    sum = step(sum, k, 0);
    for (; i < words.size(); ++i) {
        const std::uint64_t both = sum + words[i] + 1;
        sum = step(both >= kUniversalPrime ? both - kUniversalPrime : both, k, 0);
    }
    return sum;
}

}  // namespace cone::kernels
