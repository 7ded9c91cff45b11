// The probes as a program of their own, for another compiler: exit status 0 iff both give the known answers.
// SPDX-License-Identifier: Apache-2.0
#include <cinttypes>
#include <cstdio>

#include "known_bits.hpp"

namespace cone::kernels {
std::uint64_t probe_bits();
std::uint64_t probe_training_bits();
}  // namespace cone::kernels

int main() {
    const std::uint64_t bits = cone::kernels::probe_bits();
    const std::uint64_t training_bits = cone::kernels::probe_training_bits();
    std::printf("%016" PRIx64 " %016" PRIx64 "\n", bits, training_bits);
    return bits == cone::kKnownBits && training_bits == cone::kKnownTrainingBits ? 0 : 1;
}
