// Weight gradients of Conv and Linear.
// SPDX-License-Identifier: Apache-2.0
#include "weights.hpp"

#include "pointwise.hpp"
#include "products.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

#if defined(__AVX512VL__)
constexpr std::size_t kMostOutputs = 6;
#else
constexpr std::size_t kMostOutputs = 3;
#endif

/// Sums of one tile between two bands: [slot][output][8].
constexpr std::size_t kTileSums = ConvWeights::kGroup * kMostOutputs * kLanes;

template <std::size_t M, std::size_t T, bool B>
struct Tile {
    static constexpr std::size_t kSlots = T + (B ? 1 : 0);
    Vec acc[M][kSlots];

    CONE_INLINE void load_sums(const float* sums) {
        unroll<M>([&](auto m) { unroll<kSlots>([&](auto t) { acc[m][t] = load(sums + (t * kMostOutputs + m) * kLanes); }); });
    }
    CONE_INLINE void store_sums(float* sums) const {
        unroll<M>([&](auto m) { unroll<kSlots>([&](auto t) { store(sums + (t * kMostOutputs + m) * kLanes, acc[m][t]); }); });
    }

    /// Positions of one block: from a table, so that no processor stumbles over the end of each row.
    CONE_INLINE void add(const ConvWeights& conv, std::size_t block, Range positions, std::size_t output, std::size_t tap) {
        const float* x[T > 0 ? T : 1];
        const float* dy[M];
        unroll<T>([&](auto t) { x[t] = conv.x + block * conv.x_block + conv.taps[tap + t]; });
        unroll<M>([&](auto m) { dy[m] = conv.dy.origin + block * conv.dy.block + (output + m) * conv.dy.plane; });
        const Place* const end = conv.places + positions.end;
        for (const Place* place = conv.places + positions.begin; place != end; ++place) {
            Vec g[M];
            unroll<M>([&](auto m) { g[m] = load(dy[m] + place->dy); });
            unroll<T>([&](auto t) {
                const Vec v = load(x[t] + place->x);
                unroll<M>([&](auto m) { acc[m][t] = fma(v, g[m], acc[m][t]); });
            });
            if constexpr (B) {
                unroll<M>([&](auto m) { acc[m][T] = acc[m][T] + g[m]; });
            }
        }
    }
};

/// M outputs x T taps (and, with B, the bias: it needs no x) over a band: rows of positions of all blocks, one after the other.
template <std::size_t M, std::size_t T, bool B>
[[gnu::noinline]] void run_tile(const ConvWeights& conv, Range band, std::size_t output, std::size_t tap, float* sums) {
    Tile<M, T, B> tile;
    tile.load_sums(sums);
    for (std::size_t row = band.begin; row < band.end;) {
        const std::size_t block = row / conv.rows;
        const std::size_t next = band.end < (block + 1) * conv.rows ? band.end : (block + 1) * conv.rows;
        const std::size_t first = block * conv.rows;
        tile.add(conv, block, {(row - first) * conv.columns, (next - first) * conv.columns}, output, tap);
        row = next;
    }
    tile.store_sums(sums);
}

using RunTile = void (*)(const ConvWeights&, Range, std::size_t, std::size_t, float*);

/// Tiles of M outputs with 1 .. 4 slots; with B the last slot is the bias.
template <std::size_t M, bool B>
constexpr RunTile kTiles[] = {&run_tile<M, B ? 0 : 1, B>, &run_tile<M, B ? 1 : 2, B>, &run_tile<M, B ? 2 : 3, B>,
                              &run_tile<M, B ? 3 : 4, B>};

template <bool B>
RunTile tile_of(std::size_t outputs, std::size_t slots) {
    switch (outputs) {
        case 1:
            return kTiles<1, B>[slots - 1];
        case 2:
            return kTiles<2, B>[slots - 1];
#if defined(__AVX512VL__)
        case 4:
            return kTiles<4, B>[slots - 1];
        case 5:
            return kTiles<5, B>[slots - 1];
        case 6:
            return kTiles<6, B>[slots - 1];
#endif
        default:
            return kTiles<3, B>[slots - 1];
    }
}

/// What the second cache holds at a time: half of it sums, half of it rows of x and dy.
constexpr std::size_t kMostSums = 96 * 1024;  // floats
constexpr std::size_t kMostRowBytes = 400 * 1024;

thread_local constinit float sums_of_chunk alignas(64)[kMostSums]{};

/// Cuts `count` things into `parts`, as equal as can be.
struct Cut {
    std::size_t begin = 0;
    std::size_t count = 0;
    std::size_t parts = 0;

    Cut(Range range, std::size_t most) : begin(range.begin), count(range.size()), parts((range.size() + most - 1) / most) {}
    [[nodiscard]] Range part(std::size_t i) const { return {begin + i * count / parts, begin + (i + 1) * count / parts}; }
};

/// Outputs and groups of slots whose sums are kept together.
struct Chunk {
    const ConvWeights& conv;
    Cut tiles;
    Cut slots;  ///< all of the layer's, cut into groups
    Range groups;

    [[nodiscard]] float* sums(std::size_t tile, std::size_t group) const {
        return sums_of_chunk + (tile * groups.size() + group - groups.begin) * kTileSums;
    }
};

/// All tiles of a chunk over a band: dy of a tile stays in the nearest cache, the channels' rows pass by.
void run_band(const Chunk& chunk, Range band) {
    for (std::size_t i = 0; i < chunk.tiles.parts; ++i) {
        const Range outputs = chunk.tiles.part(i);
        if (chunk.conv.squares != nullptr) {
            const std::size_t block = band.begin / chunk.conv.rows;
            relu_pool_gradient(*chunk.conv.squares, {}, {block, block + 1}, outputs);
        }
        for (std::size_t g = chunk.groups.begin; g < chunk.groups.end; ++g) {
            const Range slots = chunk.slots.part(g);
            const bool has_bias = g + 1 == chunk.slots.parts;
            const RunTile run = (has_bias ? tile_of<true> : tile_of<false>)(outputs.size(), slots.size());
            run(chunk.conv, band, outputs.begin, slots.begin, chunk.sums(i, g));
        }
    }
}

/// Two outputs x four taps.
CONE_INLINE void write_eight(const ConvWeights& conv, std::size_t output, std::size_t tap, const float* sums) {
    Vec lanes[8];
    unroll<8>([&](auto i) { lanes[i] = load(sums + (i % 4 * kMostOutputs + i / 4) * kLanes); });
    const Vec result = sums_of_lanes(lanes);
    for (std::size_t i = 0; i < 8; ++i) {
        conv.dw[(output + i / 4) * conv.tap_count + tap + i % 4] = result[i];
    }
}

void write_tile(const ConvWeights& conv, Range outputs, Range slots, const float* sums) {
    const bool has_fours = slots.size() == ConvWeights::kGroup && slots.end <= conv.tap_count;
    std::size_t first = outputs.begin;
    for (; has_fours && first + 2 <= outputs.end; first += 2) {
        write_eight(conv, first, slots.begin, sums + (first - outputs.begin) * kLanes);
    }
    for (std::size_t slot = slots.begin; slot < slots.end; ++slot) {
        for (std::size_t m = first; m < outputs.end; ++m) {
            const float* lanes = sums + ((slot - slots.begin) * kMostOutputs + m - outputs.begin) * kLanes;
            (slot == conv.tap_count ? conv.db[m] : conv.dw[m * conv.tap_count + slot]) = sum_of_lanes(load(lanes));
        }
    }
}

/// Rows of positions whose x and dy fit.
std::size_t band_rows(const Chunk& chunk, std::size_t slots_of_channel) {
    const ConvWeights& conv = chunk.conv;
    const std::size_t channels = chunk.groups.size() * ConvWeights::kGroup / slots_of_channel + 1;
    const std::size_t bytes = (channels * conv.x_row + chunk.tiles.count * conv.dy.row) * sizeof(float);
    return bytes < kMostRowBytes ? kMostRowBytes / bytes : 1;
}

void run_chunk(const Chunk& chunk, Range blocks, std::size_t slots_of_channel) {
    const std::size_t count = chunk.tiles.parts * chunk.groups.size() * kTileSums;
    for (std::size_t i = 0; i < count; i += kLanes) {
        store(sums_of_chunk + i, zero());
    }
    const std::size_t end = blocks.end * chunk.conv.rows;
    const std::size_t band = chunk.conv.squares != nullptr ? chunk.conv.rows : band_rows(chunk, slots_of_channel);
    for (std::size_t row = blocks.begin * chunk.conv.rows; row < end; row += band) {
        run_band(chunk, {row, row + band < end ? row + band : end});
    }
    for (std::size_t i = 0; i < chunk.tiles.parts; ++i) {
        for (std::size_t g = chunk.groups.begin; g < chunk.groups.end; ++g) {
            write_tile(chunk.conv, chunk.tiles.part(i), chunk.slots.part(g), chunk.sums(i, g));
        }
    }
}

}  // namespace

/// A sum in memory between two bands is as good as one in a register.
void conv_weights(const Step& step, const Call&, Range blocks, Range units) {
    constexpr std::size_t kMostGroups = 192;
    const ConvWeights& conv = step.conv;
    const Cut slots({0, conv.tap_count + 1}, ConvWeights::kGroup);
    const bool by_outputs = conv.squares != nullptr;
    const Cut groups(by_outputs ? Range{0, slots.parts} : units, kMostGroups);
    for (std::size_t g = 0; g < groups.parts; ++g) {
        const std::size_t tiles_that_fit = kMostSums / kTileSums / groups.part(g).size();
        const Cut outputs(by_outputs ? units : Range{0, conv.outputs}, tiles_that_fit * kMostOutputs);
        for (std::size_t o = 0; o < outputs.parts; ++o) {
            run_chunk({conv, Cut(outputs.part(o), kMostOutputs), slots, groups.part(g)}, blocks,
                      conv.tap_count / step.layer.in.channels);
        }
    }
}

/// Rows of samples instead of lanes of samples: extra[sample][value].
void transpose(const Step& step, const Call&, Range blocks, Range) {
    const Shape& shape = step.layer.in;
    const std::size_t row = step.extra_block / kLanes;
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        float* to = step.extra + b * step.extra_block;
        for (std::size_t c = 0; c < shape.channels; ++c) {
            for (std::size_t h = 0; h < shape.height; ++h) {
                const float* from = step.x.origin + b * step.x.block + c * step.x.plane + h * step.x.row;
                for (std::size_t w = 0; w < shape.width; ++w, from += kLanes, ++to) {
                    for (std::size_t l = 0; l < kLanes; ++l) {
                        to[l * row] = from[l];
                    }
                }
            }
        }
    }
}

namespace {

/// Fewer than 8 values a row: one chain after the other.
void narrow_weights(const Step& step, Range blocks, Range outputs) {
    const std::size_t values = step.layer.in.values();
    for (std::size_t o = outputs.begin; o < outputs.end; ++o) {
        for (std::size_t k = 0; k < values; ++k) {
            float acc = 0;
            for (std::size_t n = blocks.begin * kLanes; n < blocks.end * kLanes; ++n) {
                const float* dy = step.dy.origin + n / kLanes * step.dy.block + o * step.dy.plane;
                acc = __builtin_fmaf(step.extra[n * values + k], dy[n % kLanes], acc);
            }
            step.dw[o * values + k] = acc;
        }
    }
}

float linear_bias(const Step& step, Range blocks, std::size_t output) {
    float sum = 0;
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        const float* dy = step.dy.origin + b * step.dy.block + output * step.dy.plane;
        for (std::size_t l = 0; l < kLanes; ++l) {
            sum += dy[l];
        }
    }
    return sum;
}

}  // namespace

/// dw is a product of the transposed input (positions: vectors of 8 values) and dy (weights), one repeat a block.
void linear_weights(const Step& step, const Call&, Range blocks, Range units) {
    const std::size_t tiles = step.units;
    const Range outputs{units.begin * step.layer.out.channels / tiles, units.end * step.layer.out.channels / tiles};
    for (std::size_t o = outputs.begin; o < outputs.end; ++o) {
        step.db[o] = linear_bias(step, blocks, o);
    }
    for (std::size_t i = 0; i < step.product_count; ++i) {
        Product product = step.products[i];
        product.whole.repeats = blocks.size();
        fill_product(product, units);
    }
    if (step.product_count == 0) {
        narrow_weights(step, blocks, outputs);
    }
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
