// Loops over the vectors of a tensor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {

CONE_INLINE float* at(const Map& map, std::size_t block, std::size_t channel, std::size_t row = 0, std::size_t column = 0) {
    return map.origin + block * map.block + channel * map.plane + row * map.row + column * kLanes;
}

/// visit(block, channel, row) for all rows of these blocks and channels.
template <class Visit>
CONE_INLINE void for_each_row(Range blocks, Range channels, std::size_t rows, Visit visit) {
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t c = channels.begin; c < channels.end; ++c) {
            for (std::size_t h = 0; h < rows; ++h) {
                visit(b, c, h);
            }
        }
    }
}

/// The gradient of a tensor: the first reader writes it, the others add.
CONE_INLINE void write(float* to, Vec value, bool add) {
    store(to, add ? load(to) + value : value);
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
