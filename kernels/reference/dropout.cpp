// Dropout, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/dropout.hpp"

#include "require.hpp"

namespace cone::kernels::reference {

void dropout(const Layer& layer, DropoutKey key, std::span<const std::uint32_t> indices, std::span<const float> x,
             std::span<float> y) {
    const std::size_t values = layer.in.values();
    require(x.size() == indices.size() * values && y.size() == x.size(), "dropout: an index for every sample");
    const std::uint32_t threshold = dropout_threshold(layer.rate);
    const float scale = dropout_scale(layer.rate);
    for (std::size_t n = 0; n < indices.size(); ++n) {
        for (std::size_t value = 0; value < values; ++value) {
            const auto number = dropout_numbers(key, indices[n], static_cast<std::uint32_t>(value / 4))[value % 4];
            const std::size_t i = n * values + value;
            y[i] = number >= threshold ? x[i] * scale : 0.0f;
        }
    }
}

}  // namespace cone::kernels::reference
