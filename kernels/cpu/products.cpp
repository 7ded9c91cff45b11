// Products: register tiles of outputs x positions, every accumulator one chain.
// SPDX-License-Identifier: Apache-2.0
#include "products.hpp"

#include <limits>

#include "vec.hpp"

namespace cone::kernels::cpu::CONE_CPU_ISA {
namespace {

enum class Finish { Store, Relu, ReluPool, Add };

/// Weights as the network has them, or packed; Parted: packed, and the chain done in parts.
enum class Weights { InPlace, Packed, Parted };

/// Positions of one tile and what they have in common.
struct Spot {
    const Chain* chain = nullptr;
    std::size_t width = 0;
    const float* in[4];
    float* out[4];
};

/// Some repeats of a chain. What the links of one part read stays in the nearest cache while all outputs pass; between two
/// parts the accumulators lie in memory.
struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool is_first = true;
    bool is_last = true;
};

constexpr std::size_t kMostPartedOutputs = 1024;
thread_local constinit float between_parts alignas(64)[kMostPartedOutputs * 4 * kLanes]{};

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

template <std::size_t O, std::size_t P, Weights W>
CONE_INLINE void chains(const Product& product, const Chain& chain, const Part& part, std::size_t output, const Spot& spot,
                        Vec (&acc)[O][P]) {
    constexpr bool kIsPacked = W != Weights::InPlace;
    constexpr std::size_t kScale = kIsPacked ? O : 1;
    const float* from[P];
    unroll<P>([&](auto p) { from[p] = spot.in[p]; });
    const std::size_t w_stride = kIsPacked ? 1 : product.w_stride;
    const float* w = kIsPacked ? product.packed + output * product.links : product.w + output * w_stride;
    const std::size_t w_step = chain.w_step * kScale;
    const std::size_t x_step = chain.x_step;
    std::ptrdiff_t x_at = 0;
    std::size_t left = chain.repeats;
    if constexpr (W == Weights::Parted) {
        x_at = static_cast<std::ptrdiff_t>(part.begin * x_step);
        w += part.begin * w_step;
        left = part.end - part.begin;
    }
    const Tap* const begin = chain.taps;
    const Tap* const end = begin + chain.count;
    for (; left > 0; --left) {
        for (const Tap* tap = begin; tap != end; ++tap) {
            link<O, P>(acc, from, x_at + tap->x, w + tap->w * static_cast<std::ptrdiff_t>(kScale), w_stride);
        }
        x_at += static_cast<std::ptrdiff_t>(x_step);
        w += w_step;
    }
}

/// Relu, then the largest of the square and its place; 4 where no value is above 0. What is not above the best so far, which
/// is never negative, loses with relu and without.
template <std::size_t O>
CONE_INLINE void store_pooled(const Product& product, std::size_t output, float* out, const Vec (&acc)[O][4]) {
    unroll<O>([&](auto o) {
        Vec best = relu(acc[o][0]);
        Mask place = ~(acc[o][0] > zero()) & all(std::int32_t{4});
        unroll<3>([&](auto i) {
            const Vec next = acc[o][i + 1];
            const Mask is_greater = next > best;
            place = (is_greater & all(static_cast<std::int32_t>(i + 1))) | (~is_greater & place);
            best = greater(next, best);
        });
        float* to = out + product.out_at[output + o];
        store(to, best);
        store_mask(to + product.source, place);
    });
}

template <std::size_t O, std::size_t P>
CONE_INLINE bool any_negative_zero(const Vec (&acc)[O][P]) {
    Mask found{};
    unroll<O>([&](auto o) {
        unroll<P>([&](auto p) { found |= reinterpret_cast<Mask>(acc[o][p]) == all(std::numeric_limits<std::int32_t>::min()); });
    });
    return any(found);
}

template <std::size_t O, std::size_t P, Weights W>
CONE_INLINE void start(const Product& product, const Part& part, std::size_t output, Vec (&acc)[O][P]) {
    unroll<O>([&](auto o) {
        if (W != Weights::Parted || part.is_first) {
            const Vec first = product.bias != nullptr ? all(product.bias[output + o]) : zero();
            unroll<P>([&](auto p) { acc[o][p] = first; });
        } else {
            unroll<P>([&](auto p) { acc[o][p] = load(between_parts + ((output + o) * 4 + p) * kLanes); });
        }
    });
}

template <std::size_t O, std::size_t P, Finish F, Weights W>
[[gnu::noinline]] void tile(const Product& product, const Chain& chain, const Part& part, std::size_t output,
                            const Spot& spot) {
    if constexpr (W == Weights::InPlace) {  // a weight gradient's rows stand far apart: no processor expects them
        unroll<O>([&](auto o) {
            __builtin_prefetch(spot.out[0] + product.out_at[output + o], 1);
            __builtin_prefetch(spot.out[P - 1] + product.out_at[output + o], 1);
        });
    }
    Vec acc[O][P];
    start<O, P, W>(product, part, output, acc);
    chains<O, P, W>(product, chain, part, output, spot, acc);
    if (W == Weights::Parted && !part.is_last) {
        unroll<O>(
            [&](auto o) { unroll<P>([&](auto p) { store(between_parts + ((output + o) * 4 + p) * kLanes, acc[o][p]); }); });
        return;
    }
    if (W != Weights::InPlace && !chain.is_whole && any_negative_zero(acc)) {
        return tile<O, P, F, Weights::Packed>(product, product.whole, part, output, spot);
    }
    if constexpr (F == Finish::ReluPool) {
        store_pooled<O>(product, output, spot.out[0], acc);
    } else {
        unroll<O>([&](auto o) {
            const std::size_t at = product.out_at[output + o];
            unroll<P>([&](auto p) {
                if constexpr (F == Finish::Add) {
                    acc[o][p] = load(spot.out[p] + at) + acc[o][p];
                }
                store(spot.out[p] + at, F == Finish::Relu ? relu(acc[o][p]) : acc[o][p]);
            });
        });
    }
}

using Tile = void (*)(const Product&, const Chain&, const Part&, std::size_t, const Spot&);

/// Tiles of 1, 2, ... outputs x P positions.
template <std::size_t P, Finish F, Weights W>
struct Tiles {
    static constexpr std::size_t kMost = kAccumulators / (W == Weights::InPlace ? P : 4);
    Tile of[kMost];
    template <std::size_t... I>
    constexpr explicit Tiles(std::index_sequence<I...>) : of{&tile<I + 1, P, F, W>...} {}
};

template <std::size_t P, Finish F, Weights W>
constexpr Tiles<P, F, W> kTiles{std::make_index_sequence<Tiles<P, F, W>::kMost>{}};

template <Finish F, Weights W>
Tile tile_of(std::size_t outputs, std::size_t positions) {
    if constexpr (F != Finish::ReluPool) {
        switch (positions) {
            case 1:
                return kTiles<1, F, W>.of[outputs - 1];
            case 2:
                return kTiles<2, F, W>.of[outputs - 1];
            case 3:
                return kTiles<3, F, W>.of[outputs - 1];
            default:
                break;
        }
    }
    return kTiles<4, F, W>.of[outputs - 1];
}

Reach both(Reach a, Reach b) {
    return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

/// Tiles of four positions over some blocks, in the order that suits the product.
class Walk {
public:
    Walk(const Product& product, Range blocks, bool may_skip, bool may_stack)
        : product_(product),
          skips_(may_skip && product.windows != nullptr),
          block_(blocks.begin),
          stacked_(may_stack && skips_ ? stack_of(blocks.size()) : 1),
          left_(blocks.size() * product.rows * product.columns / stacked_) {}

    [[nodiscard]] bool is_done() const { return left_ == 0; }
    [[nodiscard]] bool stacks() const { return stacked_ > 1; }

    /// Up to four positions side by side, or the same position of up to four blocks: those leave out the same taps.
    void next(Spot& spot) {
        Reach rows = row_reach(row_);
        Reach columns = column_reach(column_);
        if (stacks()) {
            spot.width = stacked_;
            for (std::size_t i = 0; i < stacked_; ++i) {
                place(spot, i, block_ + i);
            }
            step(stacked_);
        } else {
            spot.width = left_ < 4 ? left_ : 4;
            for (std::size_t i = 0; i < spot.width; ++i) {
                rows = both(rows, row_reach(row_));
                columns = both(columns, column_reach(column_));
                place(spot, i, block_);
                step(1);
            }
        }
        spot.chain = chain(rows, columns);
    }

    /// The four inputs of a pool's square.
    void next_square(Spot& spot) {
        const std::size_t row = product_.in_row / 2;
        const std::size_t column = product_.in_column / 2;
        spot.chain = chain(both(row_reach(2 * row_), row_reach(2 * row_ + 1)),
                           both(column_reach(2 * column_), column_reach(2 * column_ + 1)));
        spot.width = 4;
        place(spot, 0, block_);
        spot.in[1] = spot.in[0] + column;
        spot.in[2] = spot.in[0] + row;
        spot.in[3] = spot.in[0] + row + column;
        step(1);
    }

private:
    static std::size_t stack_of(std::size_t blocks) { return blocks % 4 == 0 ? 4 : blocks <= 3 ? blocks : 1; }

    void place(Spot& spot, std::size_t i, std::size_t block) const {
        spot.in[i] = product_.in + block * product_.in_block + row_ * product_.in_row + column_ * product_.in_column;
        spot.out[i] = product_.out + block * product_.out_block + row_ * product_.out_row + column_ * product_.out_column;
    }

    void step(std::size_t blocks) {
        --left_;
        if (++column_ == product_.columns) {
            column_ = 0;
            if (++row_ == product_.rows) {
                row_ = 0;
                block_ += blocks;
            }
        }
    }

    [[nodiscard]] Reach row_reach(std::size_t row) const { return skips_ ? product_.row_reaches[row] : Reach{}; }
    [[nodiscard]] Reach column_reach(std::size_t column) const { return skips_ ? product_.column_reaches[column] : Reach{}; }
    [[nodiscard]] const Chain* chain(Reach rows, Reach columns) const {
        if (!skips_) {
            return &product_.whole;
        }
        const std::size_t row_ends = product_.window_rows + 1;
        const std::size_t column_ends = product_.window_columns + 1;
        return &product_
                    .windows[((rows.begin * row_ends + rows.end) * column_ends + columns.begin) * column_ends + columns.end];
    }

    const Product& product_;
    bool skips_;
    std::size_t block_;
    std::size_t stacked_;  ///< blocks of a spot; 1: positions stand side by side
    std::size_t row_ = 0;
    std::size_t column_ = 0;
    std::size_t left_;
};

/// Repeats of a part: what one spot reads of their channels fits the nearest cache.
std::size_t part_repeats(const Product& product, const Spot& spot, bool is_stacked) {
    constexpr std::size_t kNear = 20 * 1024;
    if (spot.chain->repeats == 1 || product.outputs > kMostPartedOutputs) {
        return spot.chain->repeats;
    }
    const std::size_t bytes = (spot.chain->count + 1) * kLanes * sizeof(float) * (is_stacked ? spot.width : 2);
    return bytes < kNear ? kNear / bytes : 1;
}

template <Finish F>
void fill_packed(const Product& product, Range tiles, const Spot& spot, bool is_stacked) {
    const std::size_t repeats = spot.chain->repeats;
    const std::size_t most = part_repeats(product, spot, is_stacked);
    const std::size_t parts = (repeats + most - 1) / most;
    for (std::size_t k = 0; k < parts; ++k) {
        const Part part{k * repeats / parts, (k + 1) * repeats / parts, k == 0, k + 1 == parts};
        for (std::size_t i = tiles.begin; i < tiles.end; ++i) {
            const Range outputs = product.tile(i);
            (parts == 1 ? tile_of<F, Weights::Packed> : tile_of<F, Weights::Parted>)(outputs.size(), spot.width)(
                product, *spot.chain, part, outputs.begin, spot);
        }
    }
}

/// Fewer positions let a tile have more outputs.
template <Finish F>
void fill_unpacked(const Product& product, Range outputs, const Spot& spot) {
    const std::size_t most = kAccumulators / spot.width;
    const std::size_t parts = (outputs.size() + most - 1) / most;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t begin = outputs.begin + i * outputs.size() / parts;
        const std::size_t end = outputs.begin + (i + 1) * outputs.size() / parts;
        tile_of<F, Weights::InPlace>(end - begin, spot.width)(product, *spot.chain, {}, begin, spot);
    }
}

/// All outputs of one spot, then the next: what the spot reads stays in the nearest cache, the weights stream.
template <Finish F>
void fill(const Product& product, Range blocks, Range tiles, bool may_skip) {
    if (tiles.size() == 0) {
        return;
    }
    const Range outputs{product.tile(tiles.begin).begin, product.tile(tiles.end - 1).end};
    Spot spot;
    for (Walk walk(product, blocks, may_skip, F != Finish::ReluPool); !walk.is_done();) {
        if constexpr (F == Finish::ReluPool) {
            walk.next_square(spot);
            fill_packed<F>(product, tiles, spot, false);
        } else {
            walk.next(spot);
            product.packed != nullptr ? fill_packed<F>(product, tiles, spot, walk.stacks())
                                      : fill_unpacked<F>(product, outputs, spot);
        }
    }
}

template <Finish F>
void run_products(const Step& step, const Call& call, Range blocks, Range units) {
    for (std::size_t i = 0; i < step.product_count; ++i) {
        fill<F>(step.products[i], blocks, units, call.finite_weights);
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

void fill_product(const Product& product, Range tiles) {
    fill<Finish::Store>(product, {0, 1}, tiles, false);
}

}  // namespace cone::kernels::cpu::CONE_CPU_ISA
