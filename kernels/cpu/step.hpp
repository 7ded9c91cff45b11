// What the CPU engine executes: tensors in lanes, and steps over them. Plain data, shared by the planner and the operators.
// SPDX-License-Identifier: Apache-2.0
//
// A tensor lies as [block of 8 samples][channel][row][column][8]: one SIMD lane is one sample. Around each plane lies a halo
// of +0 as wide as its readers need, so no operator knows borders.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cone_kernels/network.hpp"

namespace cone::kernels::cpu {

inline constexpr std::size_t kLanes = 8;

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// Lane l of (block b, channel c, row h, column w) is origin[b * block + c * plane + h * row + w * 8 + l].
struct Map {
    float* origin = nullptr;
    std::size_t block = 0;
    std::size_t plane = 0;
    std::size_t row = 0;
};

/// One link of a chain: where its two factors stand, in floats (w of a packed product: in links).
struct Tap {
    std::int32_t x = 0;
    std::int32_t w = 0;
};

/// `count` taps, `repeats` times over, x and w moving on by x_step and w_step each time.
struct Chain {
    const Tap* taps = nullptr;
    std::size_t count = 0;
    std::size_t repeats = 1;
    std::size_t x_step = 0;
    std::size_t w_step = 0;
    bool is_whole = true;  ///< no taps left out
};

/// Taps that a position needs in one direction: the others read the halo.
struct Reach {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// out[o] at every position = chain(bias[o] or +0; in[position + x] * w[o * w_stride + w]) over the taps. Convolutions, linear
/// layers and their data gradients are such products.
///
/// A tap that reads the halo multiplies by +0. With finite weights it changes nothing but an accumulator of -0, and that shows
/// in the end: such a chain ends in -0 where the whole one may end in +0. So tiles at the border leave those taps out, and
/// are done once more with all taps when a result is -0.
struct Product {
    Chain whole;
    const Chain* windows = nullptr;      ///< [rows.begin][rows.end][columns.begin][columns.end]; null: no borders
    const Reach* row_reaches = nullptr;  ///< of each row of positions (before pooling)
    const Reach* column_reaches = nullptr;
    std::size_t window_rows = 0;
    std::size_t window_columns = 0;
    const float* w = nullptr;
    std::size_t w_stride = 0;
    float* packed = nullptr;       ///< [tile of outputs][link][output]; null: w is read where it is
    std::size_t links = 0;         ///< of the whole chain
    const Tap* sources = nullptr;  ///< of w for packing, one repeat
    std::size_t source_count = 0;
    std::size_t source_step = 0;
    const float* bias = nullptr;            ///< may be null
    const std::uint32_t* out_at = nullptr;  ///< of each output, from its position
    std::size_t outputs = 0;
    std::size_t tiles = 0;  ///< the outputs are cut into, as equal as can be
    std::size_t rows = 1;   ///< positions of one block
    std::size_t columns = 1;
    const float* in = nullptr;
    std::size_t in_block = 0;
    std::size_t in_row = 0;
    std::size_t in_column = 0;
    float* out = nullptr;
    std::size_t out_block = 0;
    std::size_t out_row = 0;
    std::size_t out_column = 0;
    std::ptrdiff_t source = 0;  ///< from a pooled value to the number of its place in the square

    [[nodiscard]] Range tile(std::size_t i) const { return {i * outputs / tiles, (i + 1) * outputs / tiles}; }
};

struct Step;

/// Where a position's x (of its first tap) and dy stand in a block, in floats.
struct Place {
    std::int32_t x = 0;
    std::int32_t dy = 0;
};

/// Weight gradient of Conv: accumulators of 8 lanes over blocks, rows and columns. A slot is a tap, or the bias after the last
/// one. Its step's units are groups of slots; with `squares`, which are made for some outputs at a time, outputs.
struct ConvWeights {
    static constexpr std::size_t kGroup = 4;  ///< slots
    const std::int32_t* taps = nullptr;       ///< of x, in floats
    std::size_t tap_count = 0;
    std::size_t outputs = 0;
    const float* x = nullptr;
    std::size_t x_block = 0;
    std::size_t x_row = 0;
    Map dy;
    const Place* places = nullptr;  ///< of a block's positions, row by row
    const Step* squares = nullptr;  ///< when set, dy has room for one block: this step fills it from the pool's gradient
    std::size_t rows = 0;
    std::size_t columns = 0;
    float* dw = nullptr;
    float* db = nullptr;

    [[nodiscard]] std::size_t groups() const { return tap_count / kGroup + 1; }
};

/// What one call of the engine brings.
struct Call {
    const std::uint8_t* const* rows = nullptr;
    std::size_t count = 0;  ///< rows; the blocks are filled up with row 0
    const float* table = nullptr;
    const std::uint8_t* labels = nullptr;
    std::uint32_t divisor = 1;
    const std::uint32_t* indices = nullptr;
    std::uint64_t dropout_seed = 0;
    std::uint64_t dropout_stream = 0;
    bool training = false;
    bool finite_weights = true;
    [[nodiscard]] const std::uint8_t* row(std::size_t n) const { return rows[n < count ? n : 0]; }
};

/// Does the part of a step that belongs to these blocks and units (outputs, channels, ...).
using Run = void (*)(const Step& step, const Call& call, Range blocks, Range units);

struct Step {
    Run run = nullptr;
    std::size_t units = 1;
    bool is_shared = false;  ///< over all blocks, each thread a part of the units: nobody goes on before all are done
    Layer layer;
    std::size_t number = 0;  ///< of the layer
    Map x;
    Map y;
    Map other;
    Map dx;
    Map dy;
    bool add = false;  ///< dx has a value already: add to it
    const Product* products = nullptr;
    std::size_t product_count = 0;
    ConvWeights conv;
    const float* w = nullptr;
    const float* b = nullptr;
    float* dw = nullptr;
    float* db = nullptr;
    float* extra = nullptr;       ///< statistics, probabilities, transposed values: as the operator says
    std::size_t extra_block = 0;  ///< floats of a block there
};

}  // namespace cone::kernels::cpu
