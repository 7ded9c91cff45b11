// Products: register tiles of outputs x positions, every accumulator one chain.
// SPDX-License-Identifier: Apache-2.0
#include "products.hpp"

#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

enum class Finish { Store, Relu, ReluPool, Add };

/// Positions whose pointers are worked out together; a multiple of the widest tile.
constexpr std::size_t kChunk = 64;
constexpr std::size_t kWidest = 4;
/// Weights beyond this many bytes are gone through once a chunk of positions, others once a tile.
constexpr std::size_t kNearWeights = 96 * 1024;

struct Positions {
    std::size_t count = 0;
    const float* in[kChunk];
    float* out[kChunk];
};

/// One link of all chains. The smaller side is held in registers, the other streams.
template <std::size_t O, std::size_t P>
CONE_INLINE void link(Vec (&acc)[O][P], const float* const (&in)[P], std::ptrdiff_t x_at, const float* w,
                      std::size_t w_stride) {
    if constexpr (O <= P) {
        Vec factor[O];
        unroll<O>([&](auto o) { factor[o] = all(w[o * w_stride]); });
        unroll<P>([&](auto p) {
            const Vec x = load(in[p] + x_at);
            unroll<O>([&](auto o) { acc[o][p] = fma(x, factor[o], acc[o][p]); });
        });
    } else {
        Vec x[P];
        unroll<P>([&](auto p) { x[p] = load(in[p] + x_at); });
        unroll<O>([&](auto o) {
            const Vec factor = all(w[o * w_stride]);
            unroll<P>([&](auto p) { acc[o][p] = fma(x[p], factor, acc[o][p]); });
        });
    }
}

template <std::size_t O, std::size_t P>
CONE_INLINE void chains(const Product& product, std::size_t output, const float* const* in, Vec (&acc)[O][P]) {
    const float* from[P];
    unroll<P>([&](auto p) { from[p] = in[p]; });
    const float* w = product.w + output * product.w_stride;
    const std::size_t w_stride = product.w_stride;
    std::ptrdiff_t x_at = 0;
    const Tap* const end = product.taps + product.tap_count;
    for (std::size_t repeat = 0; repeat < product.repeats; ++repeat) {
        for (const Tap* tap = product.taps; tap != end; ++tap) {
            link<O, P>(acc, from, x_at + tap->x, w + tap->w, w_stride);
        }
        x_at += static_cast<std::ptrdiff_t>(product.x_step);
        w += product.w_step;
    }
}

/// Relu, then the largest of the square and its place; 4 where no value is above 0.
template <std::size_t O>
CONE_INLINE void store_pooled(const Product& product, std::size_t output, float* out, const Vec (&acc)[O][4]) {
    unroll<O>([&](auto o) {
        Vec best = relu(acc[o][0]);
        Mask place = all(std::int32_t{0});
        unroll<3>([&](auto i) {
            const Vec next = relu(acc[o][i + 1]);
            const Mask is_greater = next > best;
            place = (is_greater & all(static_cast<std::int32_t>(i + 1))) | (~is_greater & place);
            best = greater(next, best);
        });
        const Mask is_positive = best > zero();
        float* to = out + product.out_at[output + o];
        store(to, best);
        store_mask(to + product.source, (is_positive & place) | (~is_positive & all(std::int32_t{4})));
    });
}

template <std::size_t O, std::size_t P, Finish F>
[[gnu::noinline]] void tile(const Product& product, std::size_t output, const float* const* in, float* const* out) {
    Vec acc[O][P];
    unroll<O>([&](auto o) {
        const Vec start = product.bias != nullptr ? all(product.bias[output + o]) : zero();
        unroll<P>([&](auto p) { acc[o][p] = start; });
    });
    chains<O, P>(product, output, in, acc);
    if constexpr (F == Finish::ReluPool) {
        store_pooled<O>(product, output, out[0], acc);
    } else {
        unroll<O>([&](auto o) {
            const std::size_t at = product.out_at[output + o];
            unroll<P>([&](auto p) {
                if constexpr (F == Finish::Add) {
                    acc[o][p] = load(out[p] + at) + acc[o][p];
                }
                store(out[p] + at, F == Finish::Relu ? relu(acc[o][p]) : acc[o][p]);
            });
        });
    }
}

using Tile = void (*)(const Product&, std::size_t, const float* const*, float* const*);

constexpr std::size_t most_outputs(std::size_t positions) {
    return kAccumulators / positions;
}

/// Tiles of 1, 2, ... outputs x P positions.
template <std::size_t P, Finish F>
struct Tiles {
    Tile of[most_outputs(P)];
    template <std::size_t... I>
    constexpr explicit Tiles(std::index_sequence<I...>) : of{&tile<I + 1, P, F>...} {}
};

template <std::size_t P, Finish F>
constexpr Tiles<P, F> kTiles{std::make_index_sequence<most_outputs(P)>{}};

template <Finish F>
Tile tile_of(std::size_t outputs, std::size_t positions) {
    if constexpr (F != Finish::ReluPool) {
        switch (positions) {
            case 1:
                return kTiles<1, F>.of[outputs - 1];
            case 2:
                return kTiles<2, F>.of[outputs - 1];
            case 3:
                return kTiles<3, F>.of[outputs - 1];
            default:
                break;
        }
    }
    return kTiles<4, F>.of[outputs - 1];
}

/// Walks over the positions of some blocks.
class Walk {
public:
    Walk(const Product& product, Range blocks)
        : product_(product), block_(blocks.begin), left_(blocks.size() * product.rows * product.columns) {}
    [[nodiscard]] std::size_t left() const { return left_; }
    CONE_INLINE void next(const float*& in, float*& out) {
        in = product_.in + block_ * product_.in_block + row_ * product_.in_row + column_ * product_.in_column;
        out = product_.out + block_ * product_.out_block + row_ * product_.out_row + column_ * product_.out_column;
        --left_;
        if (++column_ == product_.columns) {
            column_ = 0;
            if (++row_ == product_.rows) {
                row_ = 0;
                ++block_;
            }
        }
    }

private:
    const Product& product_;
    std::size_t block_;
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    std::size_t left_;
};

/// All outputs of one run of positions, in tiles as equal as can be.
template <Finish F>
void fill_outputs(const Product& product, Range outputs, const float* const* in, float* const* out, std::size_t width,
                  std::size_t tiles_along) {
    const std::size_t most = kAccumulators / width;
    const std::size_t tiles = (outputs.size() + most - 1) / most;
    const std::size_t out_step = F == Finish::ReluPool ? 1 : width;
    for (std::size_t i = 0; i < tiles; ++i) {
        const std::size_t begin = outputs.begin + i * outputs.size() / tiles;
        const std::size_t end = outputs.begin + (i + 1) * outputs.size() / tiles;
        const Tile run = tile_of<F>(end - begin, width);
        for (std::size_t k = 0; k < tiles_along; ++k) {
            run(product, begin, in + k * width, out + k * out_step);
        }
    }
}

std::size_t chunk_of(const Product& product) {
    const std::size_t bytes = product.outputs * product.tap_count * product.repeats * sizeof(float);
    return bytes > kNearWeights ? kChunk : kWidest;
}

template <Finish F>
void fill(const Product& product, Range blocks, Range outputs) {
    Positions at;
    const std::size_t chunk = chunk_of(product);
    for (Walk walk(product, blocks); walk.left() > 0;) {
        at.count = walk.left() < chunk ? walk.left() : chunk;
        for (std::size_t i = 0; i < at.count; ++i) {
            walk.next(at.in[i], at.out[i]);
        }
        const std::size_t whole = at.count / kWidest;
        if (whole > 0) {
            fill_outputs<F>(product, outputs, at.in, at.out, kWidest, whole);
        }
        if (at.count % kWidest > 0) {
            fill_outputs<F>(product, outputs, at.in + whole * kWidest, at.out + whole * kWidest, at.count % kWidest, 1);
        }
    }
}

/// Four positions of the input for each of the output.
void fill_pooled(const Product& product, Range blocks, Range outputs) {
    Positions at;
    const std::size_t chunk = chunk_of(product) / 4;
    const std::size_t in_row = product.in_row / 2;
    const std::size_t in_column = product.in_column / 2;
    for (Walk walk(product, blocks); walk.left() > 0;) {
        at.count = walk.left() < chunk ? walk.left() : chunk;
        for (std::size_t i = 0; i < at.count; ++i) {
            const float* first = nullptr;
            walk.next(first, at.out[i]);
            at.in[4 * i] = first;
            at.in[4 * i + 1] = first + in_column;
            at.in[4 * i + 2] = first + in_row;
            at.in[4 * i + 3] = first + in_row + in_column;
        }
        fill_outputs<Finish::ReluPool>(product, outputs, at.in, at.out, 4, at.count);
    }
}

template <Finish F>
void run_products(const Step& step, const Call&, Range blocks, Range units) {
    for (std::size_t i = 0; i < step.product_count; ++i) {
        if constexpr (F == Finish::ReluPool) {
            fill_pooled(step.products[i], blocks, units);
        } else {
            fill<F>(step.products[i], blocks, units);
        }
    }
}

}  // namespace

void product(const Step& step, const Call& call, Range blocks, Range units) {
    run_products<Finish::Store>(step, call, blocks, units);
}

void product_relu(const Step& step, const Call& call, Range blocks, Range units) {
    run_products<Finish::Relu>(step, call, blocks, units);
}

void product_relu_pool(const Step& step, const Call& call, Range blocks, Range units) {
    run_products<Finish::ReluPool>(step, call, blocks, units);
}

void product_add(const Step& step, const Call& call, Range blocks, Range units) {
    run_products<Finish::Add>(step, call, blocks, units);
}

void fill_product(const Product& product, Range outputs) {
    fill<Finish::Store>(product, {0, 1}, outputs);
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
