// Weight gradients of Conv and Linear.
// SPDX-License-Identifier: Apache-2.0
#include "weights.hpp"

#include "products.hpp"
#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

#if defined(__AVX512VL__)
constexpr std::size_t kMostOutputs = 6;
#else
constexpr std::size_t kMostOutputs = 3;
#endif
constexpr std::size_t kMostTaps = 4;

/// M outputs x T taps (and, with B, the bias: it needs no x) over all positions of the blocks.
template <std::size_t M, std::size_t T, bool B>
[[gnu::noinline]] void tile(const ConvWeights& conv, Range blocks, std::size_t output, std::size_t tap) {
    constexpr std::size_t kSlots = T + (B ? 1 : 0);
    Vec acc[M][kSlots] = {};
    for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
        for (std::size_t i = 0; i < conv.rows; ++i) {
            const float* x[T > 0 ? T : 1];
            const float* dy[M];
            const float* row = conv.x + b * conv.x_block + i * conv.x_row;
            unroll<T>([&](auto t) { x[t] = row + conv.taps[tap + t]; });
            unroll<M>(
                [&](auto m) { dy[m] = conv.dy.origin + b * conv.dy.block + (output + m) * conv.dy.plane + i * conv.dy.row; });
            std::size_t x_at = 0;
            const std::size_t x_column = conv.x_column;
            const std::size_t dy_end = conv.columns * kLanes;
            for (std::size_t dy_at = 0; dy_at != dy_end; dy_at += kLanes) {
                Vec g[M];
                unroll<M>([&](auto m) { g[m] = load(dy[m] + dy_at); });
                unroll<T>([&](auto t) {
                    const Vec v = load(x[t] + x_at);
                    unroll<M>([&](auto m) { acc[m][t] = fma(v, g[m], acc[m][t]); });
                });
                if constexpr (B) {
                    unroll<M>([&](auto m) { acc[m][T] = acc[m][T] + g[m]; });
                }
                x_at += x_column;
            }
        }
    }
    unroll<M>([&](auto m) {
        float* dw = conv.dw + (output + m) * conv.tap_count + tap;
        unroll<T>([&](auto t) { dw[t] = sum_of_lanes(acc[m][t]); });
        if constexpr (B) {
            conv.db[output + m] = sum_of_lanes(acc[m][T]);
        }
    });
}

using Tile = void (*)(const ConvWeights&, Range, std::size_t, std::size_t);

/// Tiles of M outputs with 1 .. 4 slots; with B the last slot is the bias.
template <std::size_t M, bool B>
constexpr Tile kTiles[] = {&tile<M, B ? 0 : 1, B>, &tile<M, B ? 1 : 2, B>, &tile<M, B ? 2 : 3, B>, &tile<M, B ? 3 : 4, B>};

template <bool B>
Tile tile_of(std::size_t outputs, std::size_t slots) {
    switch (outputs) {
        case 1:
            return kTiles<1, B>[slots - 1];
        case 2:
            return kTiles<2, B>[slots - 1];
        case 3:
            return kTiles<3, B>[slots - 1];
#if defined(__AVX512VL__)
        case 4:
            return kTiles<4, B>[slots - 1];
        case 5:
            return kTiles<5, B>[slots - 1];
        case 6:
            return kTiles<6, B>[slots - 1];
#endif
        default:
            return nullptr;
    }
}

}  // namespace

/// The bias is the slot after the last tap. Outputs and slots are cut into tiles as equal as can be.
void conv_weights(const Step& step, const Call&, Range blocks, Range units) {
    const ConvWeights& conv = step.conv;
    const std::size_t slots = conv.tap_count + 1;
    const std::size_t groups = (slots + kMostTaps - 1) / kMostTaps;
    const std::size_t tiles = (units.size() + kMostOutputs - 1) / kMostOutputs;
    for (std::size_t i = 0; i < tiles; ++i) {
        const std::size_t begin = units.begin + i * units.size() / tiles;
        const std::size_t outputs = units.begin + (i + 1) * units.size() / tiles - begin;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * slots / groups;
            const std::size_t size = (g + 1) * slots / groups - first;
            const bool has_bias = g + 1 == groups;
            (has_bias ? tile_of<true>(outputs, size) : tile_of<false>(outputs, size))(conv, blocks, begin, first);
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
