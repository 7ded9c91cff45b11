// A tensor in canonical order, as the plain loops read and write it, and the sum of eight lanes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cone_kernels/network.hpp"
#include "require.hpp"

namespace cone::kernels::reference {

using Index = std::int64_t;

/// (samples, channels, height, width), row-major. T is float or const float.
template <class T>
class Tensor {
public:
    Tensor(std::span<T> values, const Shape& shape)
        : data_(values.data()), channels(shape.channels), height(shape.height), width(shape.width), positions(height * width) {
        require(shape.values() > 0 && values.size() % shape.values() == 0, "a tensor holds whole samples");
        samples = static_cast<Index>(values.size() / shape.values());
    }

    T& at(Index n, Index c, Index h, Index w) const { return at(n, c, h * width + w); }
    /// `position` is h * width + w.
    T& at(Index n, Index c, Index position) const { return data_[(n * channels + c) * positions + position]; }

    /// +0 outside.
    float read(Index n, Index c, Index h, Index w) const {
        return h >= 0 && h < height && w >= 0 && w < width ? at(n, c, h, w) : 0.0f;
    }

private:
    T* data_;

public:
    Index samples = 0;
    Index channels;
    Index height;
    Index width;
    Index positions;
};

using In = Tensor<const float>;
using Out = Tensor<float>;

/// Weight of a convolution as (out channels, in channels, kernel height, kernel width).
inline Shape kernel_shape(const Layer& layer) {
    return {layer.in.channels, layer.kernel_height, layer.kernel_width};
}

using Lanes = std::array<float, 8>;

inline float lanes(Lanes q) {
    for (std::size_t i = 0; i < 4; ++i) {
        q[i] += q[i + 4];
    }
    for (std::size_t i = 0; i < 2; ++i) {
        q[i] += q[i + 2];
    }
    return q[0] + q[1];
}

/// Lane of sample n.
inline std::size_t lane_of(Index n) {
    return static_cast<std::size_t>(n % 8);
}

inline std::size_t at_index(Index i) {
    return static_cast<std::size_t>(i);
}

}  // namespace cone::kernels::reference
