// Tables of taps and places for each product.
// SPDX-License-Identifier: Apache-2.0
#include "product_plans.hpp"

#include <algorithm>

#include "tensors.hpp"

namespace cone::kernels::cpu {
namespace {

/// Tables up to this long are written out; longer ones repeat a channel's taps.
constexpr std::size_t kLongestTable = 100;
constexpr std::size_t kShortestRepeat = 9;
/// Larger kernels do without windows: their tables grow with the fourth power.
constexpr std::size_t kLargestWindow = 7;

/// The taps of a convolution or of its data gradient along one side, and the positions there.
struct Axis {
    std::vector<std::ptrdiff_t> at;   ///< input read, relative to the position's first
    std::vector<std::size_t> kernel;  ///< place in the kernel
    std::size_t positions = 0;
    std::size_t step = 1;  ///< inputs from one position to the next
    std::size_t size = 0;  ///< inputs there are
};

Chain repeated(const std::vector<Tap>& of_channel, std::size_t channels, std::size_t x_step, std::size_t w_step, Arena& arena) {
    const bool writes_out = of_channel.size() * channels <= kLongestTable || of_channel.size() < kShortestRepeat;
    std::vector<Tap> taps = of_channel;
    for (std::size_t c = 1; writes_out && c < channels; ++c) {
        for (const Tap& tap : of_channel) {
            taps.push_back({tap.x + static_cast<std::int32_t>(c * x_step), tap.w + static_cast<std::int32_t>(c * w_step)});
        }
    }
    const auto& kept = arena.keep(std::move(taps));
    const bool repeats = !writes_out;
    return {kept.data(), kept.size(), repeats ? channels : 1, repeats ? x_step : 0, repeats ? w_step : 0};
}

void set_outputs(Product& product, std::vector<std::uint32_t> places, std::size_t w_stride, std::size_t widest, Arena& arena) {
    product.outputs = places.size();
    product.tiles = (places.size() + widest - 1) / widest;
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

/// Taps rows x columns of one channel; w counts the links of a packed product.
std::vector<Tap> window_taps(const Axis& rows, const Axis& columns, Reach of_rows, Reach of_columns, std::size_t map_row) {
    std::vector<Tap> taps;
    for (std::size_t r = of_rows.begin; r < of_rows.end; ++r) {
        for (std::size_t s = of_columns.begin; s < of_columns.end; ++s) {
            taps.push_back({static_cast<std::int32_t>(rows.at[r] * static_cast<std::ptrdiff_t>(map_row) +
                                                      columns.at[s] * static_cast<std::ptrdiff_t>(kLanes)),
                            static_cast<std::int32_t>(r * columns.at.size() + s)});
        }
    }
    return taps;
}

/// Taps that read inputs and not the halo: neighbours in the table, since `at` rises or falls throughout.
Reach reach_of(const Axis& axis, std::size_t position) {
    Reach reach;
    for (std::size_t k = 0; k < axis.at.size(); ++k) {
        const std::ptrdiff_t input = static_cast<std::ptrdiff_t>(position * axis.step) + axis.at[k];
        if (input >= 0 && input < static_cast<std::ptrdiff_t>(axis.size)) {
            reach.begin = reach.end == 0 ? static_cast<std::uint32_t>(k) : reach.begin;
            reach.end = static_cast<std::uint32_t>(k + 1);
        }
    }
    return reach;
}

const Reach* reaches_of(const Axis& axis, Arena& arena) {
    std::vector<Reach> reaches;
    for (std::size_t i = 0; i < axis.positions; ++i) {
        reaches.push_back(reach_of(axis, i));
    }
    return arena.keep(std::move(reaches)).data();
}

std::vector<Reach> all_reaches(std::size_t size) {
    std::vector<Reach> reaches;
    for (std::size_t begin = 0; begin <= size; ++begin) {
        for (std::size_t end = 0; end <= size; ++end) {
            reaches.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        }
    }
    return reaches;
}

/// Whether some position reads the halo.
bool has_border(const Axis& axis) {
    for (std::size_t i = 0; i < axis.positions; ++i) {
        const Reach reach = reach_of(axis, i);
        if (reach.begin > 0 || reach.end < axis.at.size()) {
            return true;
        }
    }
    return false;
}

void set_windows(Product& product, const Axis& rows, const Axis& columns, const Map& in, std::size_t channels, Arena& arena) {
    const std::size_t area = rows.at.size() * columns.at.size();
    if ((!has_border(rows) && !has_border(columns)) || area == 0 || rows.at.size() > kLargestWindow ||
        columns.at.size() > kLargestWindow) {
        return;
    }
    std::vector<Chain> windows;
    for (const Reach r : all_reaches(rows.at.size())) {
        for (const Reach s : all_reaches(columns.at.size())) {
            auto taps = window_taps(rows, columns, r, s, in.row);
            const bool is_whole = taps.size() == area;
            const auto& kept = arena.keep(std::move(taps));
            windows.push_back(is_whole ? product.whole : Chain{kept.data(), kept.size(), channels, in.plane, area, false});
        }
    }
    product.windows = arena.keep(std::move(windows)).data();
    product.window_rows = rows.at.size();
    product.window_columns = columns.at.size();
    product.row_reaches = reaches_of(rows, arena);
    product.column_reaches = reaches_of(columns, arena);
}

/// The product of `channels` planes of `in` with packed weights; places of outputs are to be set.
Product window_product(const Axis& rows, const Axis& columns, const Map& in, std::size_t channels, Arena& arena) {
    Product product;
    const std::size_t area = rows.at.size() * columns.at.size();
    const Reach all_rows{0, static_cast<std::uint32_t>(rows.at.size())};
    const Reach all_columns{0, static_cast<std::uint32_t>(columns.at.size())};
    product.whole = repeated(window_taps(rows, columns, all_rows, all_columns, in.row), channels, in.plane, area, arena);
    product.links = channels * area;
    product.rows = rows.positions;
    product.columns = columns.positions;
    set_windows(product, rows, columns, in, channels, arena);
    set_input(product, in.origin, in.block, rows.step * in.row, columns.step * kLanes);
    return product;
}

/// Where the weights of a channel's links stand: `step` from one channel to the next.
void set_sources(Product& product, const Layer& l, const Axis& rows, const Axis& columns, const float* w, std::size_t step,
                 Arena& arena) {
    std::vector<Tap> sources;
    for (const std::size_t r : rows.kernel) {
        for (const std::size_t s : columns.kernel) {
            sources.push_back({0, static_cast<std::int32_t>(r * l.kernel_width + s)});
        }
    }
    const auto& kept = arena.keep(std::move(sources));
    product.w = w;
    product.sources = kept.data();
    product.source_count = kept.size();
    product.source_step = step;
}

Axis forward_axis(const Layer& l, std::size_t kernel, std::size_t outputs, std::size_t inputs) {
    Axis axis;
    for (std::size_t k = 0; k < kernel; ++k) {
        axis.at.push_back(static_cast<std::ptrdiff_t>(k) - static_cast<std::ptrdiff_t>(l.padding));
        axis.kernel.push_back(k);
    }
    axis.positions = outputs;
    axis.step = l.stride;
    axis.size = inputs;
    return axis;
}

/// Of inputs with this remainder by the stride: the taps that reach them.
Axis gradient_axis(const Layer& l, std::size_t kernel, std::size_t outputs, std::size_t inputs, std::size_t remainder) {
    Axis axis;
    const auto stride = static_cast<std::ptrdiff_t>(l.stride);
    for (std::size_t k = 0; k < kernel; ++k) {
        const auto numerator = static_cast<std::ptrdiff_t>(remainder + l.padding) - static_cast<std::ptrdiff_t>(k);
        if (numerator % stride == 0) {
            axis.at.push_back(numerator / stride);
            axis.kernel.push_back(k);
        }
    }
    axis.positions = inputs > remainder ? (inputs - remainder + l.stride - 1) / l.stride : 0;
    axis.size = outputs;
    return axis;
}

Product conv_gradient_product(const Layer& l, const Map& dy, const Map& dx, const float* w, std::size_t row, std::size_t column,
                              std::size_t widest, Arena& arena) {
    const Axis rows = gradient_axis(l, l.kernel_height, l.out.height, l.in.height, row);
    const Axis columns = gradient_axis(l, l.kernel_width, l.out.width, l.in.width, column);
    Product product = window_product(rows, columns, dy, l.out.channels, arena);
    set_outputs(product, multiples(l.in.channels, dx.plane), kernel_area(l), widest, arena);
    set_sources(product, l, rows, columns, w, l.in.channels * kernel_area(l), arena);
    set_output(product, dx.origin + row * dx.row + column * kLanes, dx.block, l.stride * dx.row, l.stride * kLanes);
    return product;
}

}  // namespace

Product conv_product(const Layer& l, const Map& x, const Map& y, const float* w, const float* b, std::size_t widest,
                     Arena& arena) {
    const Axis rows = forward_axis(l, l.kernel_height, l.out.height, l.in.height);
    const Axis columns = forward_axis(l, l.kernel_width, l.out.width, l.in.width);
    Product product = window_product(rows, columns, x, l.in.channels, arena);
    set_outputs(product, multiples(l.out.channels, y.plane), l.in.channels * kernel_area(l), widest, arena);
    set_sources(product, l, rows, columns, w, kernel_area(l), arena);
    product.bias = b;
    set_output(product, y.origin, y.block, y.row, kLanes);
    return product;
}

Product pooled(Product conv, const Shape& out, const Map& y, const Map& sources, Arena& arena) {
    conv.out_at = arena.keep(multiples(out.channels, y.plane)).data();
    conv.rows = out.height;
    conv.columns = out.width;
    conv.in_row *= 2;
    conv.in_column *= 2;
    set_output(conv, y.origin, y.block, y.row, kLanes);
    conv.source = sources.origin - y.origin;
    return conv;
}

std::vector<Product> conv_gradient_products(const Layer& l, const Map& dy, const Map& dx, const float* w, std::size_t widest,
                                            Arena& arena) {
    std::vector<Product> products;
    for (std::size_t row = 0; row < std::min(l.stride, l.in.height); ++row) {
        for (std::size_t column = 0; column < std::min(l.stride, l.in.width); ++column) {
            products.push_back(conv_gradient_product(l, dy, dx, w, row, column, widest, arena));
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
    std::vector<Place> places;
    for (std::size_t h = 0; h < l.out.height; ++h) {
        for (std::size_t w = 0; w < l.out.width; ++w) {
            places.push_back({static_cast<std::int32_t>(l.stride * (h * x.row + w * kLanes)),
                              static_cast<std::int32_t>(h * dy.row + w * kLanes)});
        }
    }
    const auto& kept = arena.keep(std::move(taps));
    return {.taps = kept.data(),
            .tap_count = kept.size(),
            .outputs = l.out.channels,
            .x = x.origin - l.padding * x.row - l.padding * kLanes,
            .x_block = x.block,
            .x_row = l.stride * x.row,
            .dy = dy,
            .places = arena.keep(std::move(places)).data(),
            .rows = l.out.height,
            .columns = l.out.width,
            .dw = dw,
            .db = db};
}

namespace {

void set_chain(Product& product, std::vector<Tap> taps, Arena& arena) {
    const auto& kept = arena.keep(std::move(taps));
    product.whole = {kept.data(), kept.size()};
    product.links = kept.size();
}

}  // namespace

Product linear_product(const Layer& l, const Map& x, const Map& y, const float* w, const float* b, std::size_t widest,
                       Arena& arena) {
    Product product;
    std::vector<Tap> taps;
    for (const std::uint32_t place : places_of(x, l.in)) {
        taps.push_back({static_cast<std::int32_t>(place), static_cast<std::int32_t>(taps.size())});
    }
    set_chain(product, std::move(taps), arena);
    product.w = w;
    product.bias = b;
    set_outputs(product, multiples(l.out.channels, y.plane), l.in.values(), widest, arena);
    set_input(product, x.origin, x.block, 0, 0);
    set_output(product, y.origin, y.block, 0, 0);
    return product;
}

Product linear_gradient_product(const Layer& l, const Map& dy, const Map& dx, const float* w, std::size_t widest,
                                Arena& arena) {
    Product product;
    std::vector<Tap> taps;
    for (std::size_t o = 0; o < l.out.channels; ++o) {
        taps.push_back({static_cast<std::int32_t>(o * dy.plane), static_cast<std::int32_t>(o * l.in.values())});
    }
    set_chain(product, std::move(taps), arena);
    product.w = w;
    set_outputs(product, places_of(dx, l.in), 1, widest, arena);
    set_input(product, dy.origin, dy.block, 0, 0);
    set_output(product, dx.origin, dx.block, 0, 0);
    return product;
}

std::vector<Product> linear_weights_products(const Layer& l, const float* transposed, const Map& dy, float* dw,
                                             std::size_t widest, Arena& arena) {
    const std::size_t values = l.in.values();
    if (values < kLanes) {
        return {};
    }
    std::vector<Tap> taps;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        taps.push_back({static_cast<std::int32_t>(lane * values), static_cast<std::int32_t>(lane)});
    }
    Product whole;
    set_chain(whole, std::move(taps), arena);
    whole.whole.x_step = kLanes * values;
    whole.whole.w_step = dy.block;
    whole.w = dy.origin;
    set_outputs(whole, multiples(l.out.channels, values), dy.plane, widest, arena);
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
