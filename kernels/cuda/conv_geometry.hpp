// Which values of a convolution meet in which product: index arithmetic shared by its three passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.hpp"
#include "cone_kernels/network.hpp"
#include "divider.hpp"

namespace cone::kernels::cuda {

/// A layer's sizes, with divisions prepared. Plain values: travels to the device as a kernel parameter.
struct ConvGeometry {
    u32 in_channels, in_height, in_width;
    u32 out_channels, out_height, out_width;
    u32 kernel_height, kernel_width, stride, padding;
    Divider by_out_pixels, by_out_width, by_taps, by_kernel_width;

    explicit ConvGeometry(const Layer& layer)
        : in_channels(layer.in.channels),
          in_height(layer.in.height),
          in_width(layer.in.width),
          out_channels(layer.out.channels),
          out_height(layer.out.height),
          out_width(layer.out.width),
          kernel_height(layer.kernel_height),
          kernel_width(layer.kernel_width),
          stride(layer.stride),
          padding(layer.padding),
          by_out_pixels(layer.out.height * layer.out.width),
          by_out_width(layer.out.width),
          by_taps(layer.kernel_height * layer.kernel_width),
          by_kernel_width(layer.kernel_width) {}

    [[nodiscard]] CONE_HOST_DEVICE u32 in_pixels() const { return in_height * in_width; }
    [[nodiscard]] CONE_HOST_DEVICE u32 out_pixels() const { return out_height * out_width; }
    [[nodiscard]] CONE_HOST_DEVICE u32 taps() const { return kernel_height * kernel_width; }
    /// Values of one filter: (c, r, s).
    [[nodiscard]] CONE_HOST_DEVICE u32 filter() const { return in_channels * taps(); }
};

/// A place of a plane. Negative ones lie in the padding.
struct Place {
    int row;
    int column;
};

/// The value there, +0 outside the plane.
[[nodiscard]] CONE_HOST_DEVICE inline float at_or_zero(const float* plane, Place place, u32 height, u32 width) {
    const auto row = static_cast<u32>(place.row);  // a negative one becomes larger than any height
    const auto column = static_cast<u32>(place.column);
    return row < height && column < width ? plane[std::size_t{row} * width + column] : 0.0f;
}

/// Where an output's receptive field begins.
[[nodiscard]] CONE_HOST_DEVICE inline Place field_of(const ConvGeometry& g, u32 out_row, u32 out_column) {
    return {static_cast<int>(out_row * g.stride) - static_cast<int>(g.padding),
            static_cast<int>(out_column * g.stride) - static_cast<int>(g.padding)};
}

/// Pixels (h, w) of the input whose taps are the same ones: those with h mod stride and w mod stride given. Tap (r, s) of the
/// class is (first_r + stride r', first_s + stride s'): the others' positions in the output are not integers.
struct PixelClass {
    u32 first_row, first_column;  ///< h and w of the first pixel
    u32 rows, columns;            ///< pixels
    u32 first_r, first_s;
    u32 r_taps, s_taps;
    Place shift;  ///< output place of the first pixel under tap (first_r, first_s)
    Divider by_pixels, by_columns, by_taps, by_s_taps;

    PixelClass(const ConvGeometry& g, u32 row_phase, u32 column_phase)
        : first_row(row_phase),
          first_column(column_phase),
          rows(steps(row_phase, g.in_height, g.stride)),
          columns(steps(column_phase, g.in_width, g.stride)),
          first_r((row_phase + g.padding) % g.stride),
          first_s((column_phase + g.padding) % g.stride),
          r_taps(steps(first_r, g.kernel_height, g.stride)),
          s_taps(steps(first_s, g.kernel_width, g.stride)),
          shift{static_cast<int>((row_phase + g.padding) / g.stride), static_cast<int>((column_phase + g.padding) / g.stride)},
          by_pixels(at_least_one(rows * columns)),
          by_columns(at_least_one(columns)),
          by_taps(at_least_one(r_taps * s_taps)),
          by_s_taps(at_least_one(s_taps)) {}

    [[nodiscard]] CONE_HOST_DEVICE u32 taps() const { return r_taps * s_taps; }

private:
    /// Numbers first, first + step, ... below end.
    static u32 steps(u32 first, u32 end, u32 step) { return first < end ? (end - first - 1) / step + 1 : 0; }
    static u32 at_least_one(u32 n) { return n > 0 ? n : 1; }
};

}  // namespace cone::kernels::cuda
