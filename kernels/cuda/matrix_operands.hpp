// Operands and results that are stored matrices.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "block.hpp"

namespace cone::kernels::cuda {

/// Element (i, k) at data[i * stride + k].
struct AlongDepth {
    static constexpr bool kAlongDepth = true;
    struct Cursor {
        const float* line;
    };
    const float* data;
    std::size_t stride;
    bool packed = stride % 4 == 0 && reinterpret_cast<std::uintptr_t>(data) % sizeof(Pack<4>) == 0;  ///< lines of packs

    [[nodiscard]] CONE_HOST_DEVICE AlongDepth slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 i) const { return {data + i * stride}; }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const { return cursor.line[k]; }
};

/// Four elements by one read where lines are of packs; k is a multiple of 4.
CONE_HOST_DEVICE CONE_ALWAYS_INLINE void read_run(const AlongDepth& operand, const AlongDepth::Cursor& line, u32 k,
                                                  float (&next)[4]) {
    Pack<4> pack;
    if (operand.packed) {
        std::memcpy(&pack, __builtin_assume_aligned(line.line + k, sizeof pack), sizeof pack);
    }
    CONE_UNROLL
    for (u32 e = 0; e < 4; ++e) {
        next[e] = operand.packed ? pack.v[e] : operand.at(line, k + e);
    }
}

/// Element (i, k) at data[k * stride + i].
struct AcrossDepth {
    static constexpr bool kAlongDepth = false;
    struct Cursor {
        const float* first;
    };
    const float* data;
    std::size_t stride;

    [[nodiscard]] CONE_HOST_DEVICE AcrossDepth slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 i) const { return {data + i}; }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const { return cursor.first[k * stride]; }
};

/// Row-major result, chains from +0, or from bias[j] where there is a bias. Slice z begins `slice_size` values later.
struct MatrixOutput {
    struct Column {
        u32 j;
    };
    float* data;
    std::size_t stride;
    const float* bias = nullptr;
    std::size_t slice_size = 0;

    [[nodiscard]] CONE_HOST_DEVICE MatrixOutput slice(u32 z) const { return {data + z * slice_size, stride, bias, slice_size}; }
    [[nodiscard]] CONE_HOST_DEVICE Column column(u32 j) const { return {j}; }
    [[nodiscard]] CONE_HOST_DEVICE float first(u32, Column column) const { return bias != nullptr ? bias[column.j] : 0.0f; }
    CONE_HOST_DEVICE void store(u32 i, Column column, float value) const { data[i * stride + column.j] = value; }
};

}  // namespace cone::kernels::cuda
