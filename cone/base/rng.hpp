// Counter-based random numbers: any draw can be recomputed alone, on any rank, in any order.
// The generator is Philox4x32-10 of cone_kernels/philox.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "cone/base/bytes.hpp"

namespace cone {

/// What a stream of random numbers is used for; part of the counter, so no two uses share numbers.
enum class RngStream : std::uint32_t {
    InitialWeights = 1,
    SellerDraw = 2,
    Shuffle = 3,
    // 4 was the choice of a witness's steps
    LabelCorruption = 5,
    DataSplit = 6,
    Probe = 7,
    Simulation = 8,
    TeamEquality = 9,
};

/// A keyed family of random numbers. `substream` separates rounds, sellers or tensors inside one stream.
class Rng {
public:
    /// Key: the first 8 bytes of `seed`, little-endian words.
    Rng(const Hash32& seed, RngStream stream, std::uint32_t substream);
    Rng(std::uint64_t seed, RngStream stream, std::uint32_t substream);

    /// The 64-bit number at `index`; same arguments, same bits, on every machine.
    [[nodiscard]] std::uint64_t bits(std::uint64_t index) const;
    /// Uniform in [0, 1) with 53 bits.
    [[nodiscard]] double uniform(std::uint64_t index) const;
    /// Uniform in [0, bound) by fixed-point  multiplication (bias below bound / 2^64); bound > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t index, std::uint64_t bound) const;

private:
    std::array<std::uint32_t, 2> key_;
    std::uint32_t stream_;
    std::uint32_t substream_;
};

}  // namespace cone
