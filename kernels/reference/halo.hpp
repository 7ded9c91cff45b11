// How far around a tensor convolutions read: what the CPU engine keeps +0 there, and what counts in a network's size.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "cone_kernels/network.hpp"

namespace cone::kernels {

/// Rows and columns.
struct Halo {
    std::size_t top = 0;
    std::size_t bottom = 0;
    std::size_t left = 0;
    std::size_t right = 0;

    void widen(const Halo& other) {
        top = std::max(top, other.top);
        bottom = std::max(bottom, other.bottom);
        left = std::max(left, other.left);
        right = std::max(right, other.right);
    }
};

/// What a convolution reads behind the last of `size` inputs.
inline std::size_t behind_input(std::size_t size, std::size_t outputs, std::size_t kernel, const Layer& l) {
    const std::size_t end = (outputs - 1) * l.stride + kernel;
    return end > size + l.padding ? end - size - l.padding : 0;
}

inline Halo halo_of_input(const Layer& l) {
    return {l.padding, behind_input(l.in.height, l.out.height, l.kernel_height, l), l.padding,
            behind_input(l.in.width, l.out.width, l.kernel_width, l)};
}

/// What its data gradient reads behind the last of `outputs` gradients.
inline std::size_t behind_gradient(std::size_t size, std::size_t outputs, const Layer& l) {
    const std::size_t last = (size - 1 + l.padding) / l.stride;
    return last > outputs - 1 ? last - (outputs - 1) : 0;
}

inline Halo halo_of_gradient(const Layer& l) {
    return {(l.kernel_height - 1 - l.padding) / l.stride, behind_gradient(l.in.height, l.out.height, l),
            (l.kernel_width - 1 - l.padding) / l.stride, behind_gradient(l.in.width, l.out.width, l)};
}

}  // namespace cone::kernels
