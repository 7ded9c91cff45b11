// Operands and results of convolutions as matrices that are never stored: the index functions of an implicit product.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conv_geometry.hpp"

namespace cone::kernels::cuda {

/// Forward columns: (sample, pixel) of the output by (c, r, s).
struct Patches {
    static constexpr bool kAlongDepth = false;
    struct Cursor {
        const float* sample;
        Place field;
    };
    const float* x;
    ConvGeometry g;

    [[nodiscard]] CONE_HOST_DEVICE Patches slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 column) const {
        const auto [n, pixel] = split(column, g.by_out_pixels);
        const auto [row, col] = split(pixel, g.by_out_width);
        return {x + std::size_t{n} * g.in_channels * g.in_pixels(), field_of(g, row, col)};
    }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const {
        const auto [c, tap] = split(k, g.by_taps);
        const auto [r, s] = split(tap, g.by_kernel_width);
        const Place place{cursor.field.row + static_cast<int>(r), cursor.field.column + static_cast<int>(s)};
        return at_or_zero(cursor.sample + std::size_t{c} * g.in_pixels(), place, g.in_height, g.in_width);
    }
};

/// Forward result (m; sample, pixel), from the bias.
struct ConvOutput {
    struct Column {
        float* at;
    };
    float* y;
    const float* bias;
    u32 pixels;
    u32 channels;
    Divider by_pixels;

    [[nodiscard]] CONE_HOST_DEVICE ConvOutput slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Column column(u32 j) const {
        const auto [n, pixel] = split(j, by_pixels);
        return {y + std::size_t{n} * channels * pixels + pixel};
    }
    [[nodiscard]] CONE_HOST_DEVICE float first(u32 m, Column) const { return bias[m]; }
    CONE_HOST_DEVICE void store(u32 m, Column column, float value) const { column.at[std::size_t{m} * pixels] = value; }
};

/// Data gradient rows: input channel by (m, r', s') of a class.
struct ClassFilters {
    static constexpr bool kAlongDepth = true;
    struct Cursor {
        const float* channel;
    };
    const float* w;
    ConvGeometry g;
    PixelClass of;

    [[nodiscard]] CONE_HOST_DEVICE ClassFilters slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 c) const { return {w + std::size_t{c} * g.taps()}; }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const {
        const auto [m, tap] = split(k, of.by_taps);
        const auto [r, s] = split(tap, of.by_s_taps);
        const u32 place = (of.first_r + g.stride * r) * g.kernel_width + of.first_s + g.stride * s;
        return cursor.channel[std::size_t{m} * g.filter() + place];
    }
};

/// Data gradient columns: (sample, pixel of the class) by (m, r', s'). Positions outside the output are +0 and take part.
struct ClassGradients {
    static constexpr bool kAlongDepth = false;
    struct Cursor {
        const float* sample;
        Place last;  ///< output place under the class's first tap; later taps lie before it
    };
    const float* dy;
    ConvGeometry g;
    PixelClass of;

    [[nodiscard]] CONE_HOST_DEVICE ClassGradients slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 column) const {
        const auto [n, pixel] = split(column, of.by_pixels);
        const auto [row, col] = split(pixel, of.by_columns);
        return {dy + std::size_t{n} * g.out_channels * g.out_pixels(),
                {of.shift.row + static_cast<int>(row), of.shift.column + static_cast<int>(col)}};
    }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const {
        const auto [m, tap] = split(k, of.by_taps);
        const auto [r, s] = split(tap, of.by_s_taps);
        const Place place{cursor.last.row - static_cast<int>(r), cursor.last.column - static_cast<int>(s)};
        return at_or_zero(cursor.sample + std::size_t{m} * g.out_pixels(), place, g.out_height, g.out_width);
    }
};

/// Data gradient (c; sample, pixel of the class), from +0.
struct ClassInputs {
    struct Column {
        float* at;
    };
    float* dx;
    ConvGeometry g;
    PixelClass of;

    [[nodiscard]] CONE_HOST_DEVICE ClassInputs slice(u32) const { return *this; }
    [[nodiscard]] CONE_HOST_DEVICE Column column(u32 j) const {
        const auto [n, pixel] = split(j, of.by_pixels);
        const auto [row, col] = split(pixel, of.by_columns);
        const std::size_t place =
            std::size_t{of.first_row + g.stride * row} * g.in_width + of.first_column + std::size_t{g.stride} * col;
        return {dx + std::size_t{n} * g.in_channels * g.in_pixels() + place};
    }
    [[nodiscard]] CONE_HOST_DEVICE float first(u32, Column) const { return 0.0f; }
    CONE_HOST_DEVICE void store(u32 c, Column column, float value) const { column.at[std::size_t{c} * g.in_pixels()] = value; }
};

/// Weight gradient rows: m by (n, i, j) of one lane; sample 8 n + lane.
struct LaneGradients {
    static constexpr bool kAlongDepth = true;
    struct Cursor {
        const float* channel;
    };
    const float* dy;
    ConvGeometry g;

    [[nodiscard]] CONE_HOST_DEVICE LaneGradients slice(u32 lane) const {
        return {dy + std::size_t{lane} * g.out_channels * g.out_pixels(), g};
    }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 m) const { return {dy + std::size_t{m} * g.out_pixels()}; }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const {
        const auto [n, pixel] = split(k, g.by_out_pixels);
        return cursor.channel[std::size_t{8 * n} * g.out_channels * g.out_pixels() + pixel];
    }
};

/// Weight gradient columns: (c, r, s) by (n, i, j) of one lane.
struct LanePatches {
    static constexpr bool kAlongDepth = true;
    struct Cursor {
        const float* channel;
        u32 r, s;
    };
    const float* x;
    ConvGeometry g;

    [[nodiscard]] CONE_HOST_DEVICE LanePatches slice(u32 lane) const {
        return {x + std::size_t{lane} * g.in_channels * g.in_pixels(), g};
    }
    [[nodiscard]] CONE_HOST_DEVICE Cursor start(u32 column) const {
        const auto [c, tap] = split(column, g.by_taps);
        const auto [r, s] = split(tap, g.by_kernel_width);
        return {x + std::size_t{c} * g.in_pixels(), r, s};
    }
    [[nodiscard]] CONE_HOST_DEVICE float at(const Cursor& cursor, u32 k) const {
        const auto [n, pixel] = split(k, g.by_out_pixels);
        const auto [row, col] = split(pixel, g.by_out_width);
        const Place field = field_of(g, row, col);
        const Place place{field.row + static_cast<int>(cursor.r), field.column + static_cast<int>(cursor.s)};
        const float* plane = cursor.channel + std::size_t{8 * n} * g.in_channels * g.in_pixels();
        return at_or_zero(plane, place, g.in_height, g.in_width);
    }
};

}  // namespace cone::kernels::cuda
