// Tables of taps and places for each product.
// SPDX-License-Identifier: Apache-2.0
#include "product_plans.hpp"

#include <numeric>

#include "tensors.hpp"

namespace cone::kernels::cpu {
namespace {

/// Tables up to this long are written out; longer ones repeat a channel's taps.
constexpr std::size_t kLongestTable = 1024;
constexpr std::size_t kShortestRepeat = 9;

void set_taps(Product& product, std::vector<Tap> of_channel, std::size_t channels, std::size_t x_step, std::size_t w_step,
              Arena& arena) {
    const bool writes_out = of_channel.size() * channels <= kLongestTable || of_channel.size() < kShortestRepeat;
    std::vector<Tap> taps = of_channel;
    for (std::size_t c = 1; writes_out && c < channels; ++c) {
        for (const Tap& tap : of_channel) {
            taps.push_back({tap.x + static_cast<std::int32_t>(c * x_step), tap.w + static_cast<std::int32_t>(c * w_step)});
        }
    }
    const auto& kept = arena.keep(std::move(taps));
    product.taps = kept.data();
    product.tap_count = kept.size();
    product.repeats = writes_out ? 1 : channels;
    product.x_step = writes_out ? 0 : x_step;
    product.w_step = writes_out ? 0 : w_step;
}

void set_outputs(Product& product, std::vector<std::uint32_t> places, std::size_t w_stride, Arena& arena) {
    product.outputs = places.size();
    product.out_at = arena.keep(std::move(places)).data();
    product.w_stride = w_stride;
}

std::vector<std::uint32_t> multiples(std::size_t count, std::size_t step) {
    std::vector<std::uint32_t> result(count);
    for (std::size_t i = 0; i < count; ++i) {
        result[i] = static_cast<std::uint32_t>(i * step);
    }
    return result;
}

std::size_t kernel_area(const Layer& l) {
    return std::size_t{l.kernel_height} * l.kernel_width;
}

std::int32_t offset(const Map& map, std::ptrdiff_t row, std::ptrdiff_t column) {
    return static_cast<std::int32_t>(row * static_cast<std::ptrdiff_t>(map.row) + column * static_cast<std::ptrdiff_t>(kLanes));
}

/// First input that the first output reads.
const float* first_input(const Layer& l, const Map& x) {
    return x.origin - l.padding * x.row - l.padding * kLanes;
}

void set_input(Product& product, const float* in, std::size_t block, std::size_t row, std::size_t column) {
    product.in = in;
    product.in_block = block;
    product.in_row = row;
    product.in_column = column;
}

void set_output(Product& product, float* out, std::size_t block, std::size_t row, std::size_t column) {
    product.out = out;
    product.out_block = block;
    product.out_row = row;
    product.out_column = column;
}

/// Taps of one output channel that reach inputs with these remainders by the stride.
std::vector<Tap> gradient_taps(const Layer& l, const Map& dy, std::size_t row, std::size_t column) {
    std::vector<Tap> taps;
    const auto stride = static_cast<std::ptrdiff_t>(l.stride);
    for (std::size_t r = 0; r < l.kernel_height; ++r) {
        for (std::size_t s = 0; s < l.kernel_width; ++s) {
            const auto i = static_cast<std::ptrdiff_t>(row + l.padding) - static_cast<std::ptrdiff_t>(r);
            const auto j = static_cast<std::ptrdiff_t>(column + l.padding) - static_cast<std::ptrdiff_t>(s);
            if (i % stride == 0 && j % stride == 0) {
                taps.push_back({offset(dy, i / stride, j / stride), static_cast<std::int32_t>(r * l.kernel_width + s)});
            }
        }
    }
    return taps;
}

std::size_t count_with_remainder(std::size_t size, std::size_t remainder, std::size_t stride) {
    return size > remainder ? (size - remainder + stride - 1) / stride : 0;
}

Product conv_gradient_product(const Layer& l, const Map& dy, const Map& dx, const float* w, std::size_t row, std::size_t column,
                              Arena& arena) {
    Product product;
    set_taps(product, gradient_taps(l, dy, row, column), l.out.channels, dy.plane, l.in.channels * kernel_area(l), arena);
    product.w = w;
    set_outputs(product, multiples(l.in.channels, dx.plane), kernel_area(l), arena);
    product.rows = count_with_remainder(l.in.height, row, l.stride);
    product.columns = count_with_remainder(l.in.width, column, l.stride);
    set_input(product, dy.origin, dy.block, dy.row, kLanes);
    set_output(product, dx.origin + row * dx.row + column * kLanes, dx.block, l.stride * dx.row, l.stride * kLanes);
    return product;
}

}  // namespace

Product conv_product(const Layer& l, const Map& x, const Map& y, const float* w, const float* b, Arena& arena) {
    Product product;
    std::vector<Tap> taps;
    for (std::size_t r = 0; r < l.kernel_height; ++r) {
        for (std::size_t s = 0; s < l.kernel_width; ++s) {
            taps.push_back({offset(x, static_cast<std::ptrdiff_t>(r), static_cast<std::ptrdiff_t>(s)),
                            static_cast<std::int32_t>(r * l.kernel_width + s)});
        }
    }
    set_taps(product, std::move(taps), l.in.channels, x.plane, kernel_area(l), arena);
    product.w = w;
    product.bias = b;
    set_outputs(product, multiples(l.out.channels, y.plane), l.in.channels * kernel_area(l), arena);
    product.rows = l.out.height;
    product.columns = l.out.width;
    set_input(product, first_input(l, x), x.block, l.stride * x.row, l.stride * kLanes);
    set_output(product, y.origin, y.block, y.row, kLanes);
    return product;
}

Product pooled(Product conv, const Shape& out, const Map& y, const Map& sources, Arena& arena) {
    set_outputs(conv, multiples(out.channels, y.plane), conv.w_stride, arena);
    conv.rows = out.height;
    conv.columns = out.width;
    conv.in_row *= 2;
    conv.in_column *= 2;
    set_output(conv, y.origin, y.block, y.row, kLanes);
    conv.source = sources.origin - y.origin;
    return conv;
}

std::vector<Product> conv_gradient_products(const Layer& l, const Map& dy, const Map& dx, const float* w, Arena& arena) {
    std::vector<Product> products;
    for (std::size_t row = 0; row < l.stride; ++row) {
        for (std::size_t column = 0; column < l.stride; ++column) {
            products.push_back(conv_gradient_product(l, dy, dx, w, row, column, arena));
        }
    }
    return products;
}

ConvWeights conv_weights_plan(const Layer& l, const Map& x, const Map& dy, float* dw, float* db, Arena& arena) {
    std::vector<std::int32_t> taps;
    for (std::size_t c = 0; c < l.in.channels; ++c) {
        for (std::size_t r = 0; r < l.kernel_height; ++r) {
            for (std::size_t s = 0; s < l.kernel_width; ++s) {
                taps.push_back(static_cast<std::int32_t>(c * x.plane + r * x.row + s * kLanes));
            }
        }
    }
    const auto& kept = arena.keep(std::move(taps));
    return {.taps = kept.data(),
            .tap_count = kept.size(),
            .outputs = l.out.channels,
            .x = first_input(l, x),
            .x_block = x.block,
            .x_row = l.stride * x.row,
            .x_column = l.stride * kLanes,
            .dy = dy,
            .rows = l.out.height,
            .columns = l.out.width,
            .dw = dw,
            .db = db};
}

Product linear_product(const Layer& l, const Map& x, const Map& y, const float* w, const float* b, Arena& arena) {
    Product product;
    std::vector<Tap> taps;
    for (const std::uint32_t place : places_of(x, l.in)) {
        taps.push_back({static_cast<std::int32_t>(place), static_cast<std::int32_t>(taps.size())});
    }
    set_taps(product, std::move(taps), 1, 0, 0, arena);
    product.w = w;
    product.bias = b;
    set_outputs(product, multiples(l.out.channels, y.plane), l.in.values(), arena);
    set_input(product, x.origin, x.block, 0, 0);
    set_output(product, y.origin, y.block, 0, 0);
    return product;
}

Product linear_gradient_product(const Layer& l, const Map& dy, const Map& dx, const float* w, Arena& arena) {
    Product product;
    std::vector<Tap> taps;
    for (std::size_t o = 0; o < l.out.channels; ++o) {
        taps.push_back({static_cast<std::int32_t>(o * dy.plane), static_cast<std::int32_t>(o * l.in.values())});
    }
    set_taps(product, std::move(taps), 1, 0, 0, arena);
    product.w = w;
    set_outputs(product, places_of(dx, l.in), 1, arena);
    set_input(product, dy.origin, dy.block, 0, 0);
    set_output(product, dx.origin, dx.block, 0, 0);
    return product;
}

std::vector<Product> linear_weights_products(const Layer& l, const float* transposed, const Map& dy, float* dw, Arena& arena) {
    const std::size_t values = l.in.values();
    if (values < kLanes) {
        return {};
    }
    std::vector<Tap> taps;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        taps.push_back({static_cast<std::int32_t>(lane * values), static_cast<std::int32_t>(lane)});
    }
    Product whole;
    set_taps(whole, std::move(taps), 1, 0, 0, arena);
    whole.x_step = kLanes * values;
    whole.w_step = dy.block;
    whole.w = dy.origin;
    set_outputs(whole, multiples(l.out.channels, values), dy.plane, arena);
    whole.columns = values / kLanes;
    set_input(whole, transposed, 0, 0, kLanes);
    set_output(whole, dw, 0, 0, kLanes);
    if (values % kLanes == 0) {
        return {whole};
    }
    Product last = whole;  // the last 8 values: some of them once more
    last.columns = 1;
    last.in += values - kLanes;
    last.out += values - kLanes;
    return {whole, last};
}

}  // namespace cone::kernels::cpu
