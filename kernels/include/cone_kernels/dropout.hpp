// Dropout: which values are kept, by a counter-based generator, so that any one can be decided alone.
// SPDX-License-Identifier: Apache-2.0
//
// key    = words 0 and 1 of Philox4x32-10 at counter (stream low, stream high, layer, 0) under key (seed low, seed high)
// number = word (value mod 4) of Philox4x32-10 at counter (value / 4, sample, 0, 0) under `key`, an integer below 2^32
// keep   iff number / 2^32 >= rate, exactly: number >= ceil(rate * 2^32)
//
// `layer` is the layer's index in the network, `sample` the sample's index in its shard (Batch::indices), `value` the index in
// canonical order within the sample.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cone_kernels/network.hpp"
#include "cone_kernels/philox.hpp"

namespace cone::kernels {

using DropoutKey = std::array<std::uint32_t, 2>;

/// Of one layer in one stream; the same for all samples and values.
[[nodiscard]] constexpr DropoutKey dropout_key(std::uint64_t seed, std::uint64_t stream, std::uint32_t layer) {
    const auto block = philox4x32({static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32), layer, 0},
                                  {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    return {block[0], block[1]};
}

/// The numbers of values 4 * quad .. 4 * quad + 3.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> dropout_numbers(DropoutKey key, std::uint32_t sample, std::uint32_t quad) {
    return philox4x32({quad, sample, 0, 0}, key);
}

/// Smallest number that is kept; rate in [0, 1). The product is exact.
[[nodiscard]] constexpr std::uint32_t dropout_threshold(float rate) {
    const double exact = static_cast<double>(rate) * 0x1p32;
    const auto below = static_cast<std::uint32_t>(exact);
    return below < exact ? below + 1 : below;
}

/// What a kept value is multiplied by.
[[nodiscard]] constexpr float dropout_scale(float rate) {
    return static_cast<float>(1.0 / (1.0 - static_cast<double>(rate)));
}

namespace reference {
/// y = keep ? x * dropout_scale(rate) : +0, of samples with these indices; the gradient is the same function of dy.
void dropout(const Layer& layer, DropoutKey key, std::span<const std::uint32_t> indices, std::span<const float> x,
             std::span<float> y);
}  // namespace reference

}  // namespace cone::kernels
