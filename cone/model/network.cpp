// From lines of text to layers with shapes, then parameters in name order.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/network.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/model/layer_text.hpp"
#include "cone/model/parameters.hpp"

namespace cone::model {
namespace {

using kernels::Layer;
using kernels::Op;
using kernels::Shape;

std::string text_of(const Shape& shape) {
    return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " + std::to_string(shape.width);
}

/// Layers one after the other, with the shapes and names of the tensors between them.
class Builder {
public:
    explicit Builder(const job::ModelSpec& spec) : classes_(spec.classes) {
        graph_.input = {spec.channels, spec.height, spec.width};
        graph_.classes = spec.classes;
        shapes_.push_back(graph_.input);
    }

    void add(const LayerText& text, std::size_t index) {
        Layer layer;
        layer.input = text.from.empty() ? narrow<std::uint32_t>(graph_.layers.size()) : tensor(text.from, index);
        layer.in = shapes_[layer.input];
        fill(layer, text, index);
        graph_.layers.push_back(layer);
        shapes_.push_back(layer.out);
        if (!text.as.empty() && !names_.emplace(text.as, shapes_.size() - 1).second) {
            refuse_layer(index, "the name \"" + text.as + "\" is taken", "names are used once");
        }
    }

    kernels::Network take() { return std::move(graph_); }

private:
    std::uint32_t tensor(const std::string& name, std::size_t index) const {
        const auto found = names_.find(name);
        if (found == names_.end()) {
            refuse_layer(index, "no layer before is named \"" + name + "\"", "name it there: \"relu as " + name + "\"");
        }
        return narrow<std::uint32_t>(found->second);
    }

    void fill(Layer& layer, const LayerText& text, std::size_t index) {
        layer.out = layer.in;
        if (text.word == "conv") {
            fill_conv(layer, text, index);
        } else if (text.word == "linear") {
            layer.op = Op::Linear;
            layer.out = {text.classes ? classes_ : text.first, 1, 1};
        } else if (text.word == "maxpool" || text.word == "avgpool") {
            fill_pool(layer, text, index);
        } else if (text.word == "add") {
            fill_add(layer, text, index);
        } else if (text.word == "embedding" || text.word == "attention") {
            fill_text(layer, text, index);
        } else {
            fill_elementwise(layer, text, index);
        }
    }

    static void fill_conv(Layer& layer, const LayerText& text, std::size_t index) {
        layer.op = Op::Conv;
        layer.stride = text.stride;
        layer.padding = text.padding;
        layer.kernel_height = layer.kernel_width = text.second;
        const auto side = [&](std::uint32_t in, std::uint32_t kernel) {
            if (kernel > in + 2 * text.padding) {
                refuse_layer(index,
                             "a " + std::to_string(kernel) + " x " + std::to_string(kernel) + " kernel does not fit into " +
                                 text_of(layer.in) + " with padding " + std::to_string(text.padding),
                             "a smaller kernel, more padding or larger images");
            }
            return (in + 2 * text.padding - kernel) / text.stride + 1;
        };
        layer.out = {text.first, side(layer.in.height, layer.kernel_height), side(layer.in.width, layer.kernel_width)};
    }

    static void fill_pool(Layer& layer, const LayerText& text, std::size_t index) {
        layer.op = text.word == "maxpool" ? Op::MaxPool : Op::AvgPool;
        layer.kernel_height = text.all ? layer.in.height : text.first;
        layer.kernel_width = text.all ? layer.in.width : text.first;
        if (text.all && layer.in.height != layer.in.width) {
            refuse_layer(index, "avgpool all reads a square, this is " + text_of(layer.in), "a linear layer reads any shape");
        }
        if (layer.kernel_height > layer.in.height || layer.kernel_width > layer.in.width) {
            refuse_layer(index, "a square of " + std::to_string(text.first) + " does not fit into " + text_of(layer.in),
                         "a smaller square, fewer pools or larger images");
        }
        layer.out = {layer.in.channels, layer.in.height / layer.kernel_height, layer.in.width / layer.kernel_width};
    }

    void fill_add(Layer& layer, const LayerText& text, std::size_t index) const {
        layer.op = Op::Add;
        layer.other = tensor(text.other, index);
        if (const auto& other = shapes_[layer.other]; other != layer.in) {
            refuse_layer(index, "cannot add " + text_of(other) + " to " + text_of(layer.in), "both must have one shape");
        }
    }

    static void fill_text(Layer& layer, const LayerText& text, std::size_t index) {
        if (text.word == "embedding") {
            layer.op = Op::Embedding;
            layer.out = {text.first, 1, narrow<std::uint32_t>(layer.in.values())};
            layer.in = {1, 1, layer.out.width};
            return;
        }
        layer.op = Op::Attention;
        layer.groups = text.first;
        layer.causal = text.causal;
        layer.out.channels = layer.in.channels / 3;
        if (layer.in.channels % (3 * text.first) != 0 || layer.in.height != 1) {
            refuse_layer(index,
                         std::to_string(text.first) + " heads do not divide queries, keys and values of " + text_of(layer.in),
                         "read a tensor of 3 x d x positions, d a multiple of the heads");
        }
    }

    static void fill_elementwise(Layer& layer, const LayerText& text, std::size_t index) {
        if (text.word == "relu") {
            layer.op = Op::Relu;
        } else if (text.word == "layernorm") {
            layer.op = Op::LayerNorm;
        } else if (text.word == "dropout") {
            layer.op = Op::Dropout;
            layer.rate = static_cast<float>(text.first) / 100.0f;
            if (text.first > 99) {
                refuse_layer(index, "dropout of " + std::to_string(text.first) + " percent leaves nothing", "1 to 99 percent");
            }
        } else {
            layer.op = Op::GroupNorm;
            layer.groups = text.first;
            if (layer.in.channels % text.first != 0) {
                refuse_layer(
                    index,
                    std::to_string(text.first) + " groups do not divide " + std::to_string(layer.in.channels) + " channels",
                    "a divisor of the channels");
            }
        }
    }

    kernels::Network graph_;
    std::uint32_t classes_;
    std::vector<Shape> shapes_;
    std::map<std::string, std::size_t> names_;
};

/// The one layer that reads tensor `t`, nothing when there are none or several.
std::optional<std::size_t> only_reader(const kernels::Network& graph, std::size_t t) {
    std::optional<std::size_t> reader;
    for (std::size_t i = 0; i < graph.layers.size(); ++i) {
        const auto& layer = graph.layers[i];
        if (layer.input == t || (layer.op == Op::Add && layer.other == t)) {
            if (reader) {
                return std::nullopt;
            }
            reader = i;
        }
    }
    return reader;
}

void crop_before_pools(kernels::Network& graph) {
    for (std::size_t i = 0; i < graph.layers.size(); ++i) {
        auto& conv = graph.layers[i];
        auto next = conv.op == Op::Conv ? only_reader(graph, i + 1) : std::nullopt;
        Layer* relu = next && graph.layers[*next].op == Op::Relu ? &graph.layers[*next] : nullptr;
        if (relu != nullptr) {
            next = only_reader(graph, *next + 1);
        }
        if (!next || (graph.layers[*next].op != Op::MaxPool && graph.layers[*next].op != Op::AvgPool)) {
            continue;
        }
        auto& pool = graph.layers[*next];
        conv.out.height = pool.out.height * pool.kernel_height;
        conv.out.width = pool.out.width * pool.kernel_width;
        pool.in = conv.out;
        if (relu != nullptr) {
            relu->in = relu->out = conv.out;
        }
    }
}

void require_usable(const job::ModelSpec& spec) {
    constexpr std::uint32_t kMostSide = 1024;
    const auto side = [](std::uint32_t value) { return value >= 1 && value <= kMostSide; };
    if (spec.channels == 0 || spec.channels > 64 || !side(spec.height) || !side(spec.width)) {
        throw ConfigError("model: 1 to 64 channels and sides of 1 to 1024 are possible");
    }
    if (spec.classes < 2 || spec.classes > 256) {
        throw ConfigError("model.classes: 2 to 256 are possible, labels are one byte");
    }
    if (spec.layers.empty()) {
        throw ConfigError("model.layers: a network needs at least one layer", "for example \"linear classes\"");
    }
}

}  // namespace

Network make_network(const job::ModelSpec& spec) {
    require_usable(spec);
    Builder builder(spec);
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        builder.add(parse_layer(spec.layers[i], i), i);
    }
    Network network{.graph = builder.take(),
                    .parameters = {},
                    .classes = spec.classes,
                    .channels = spec.channels,
                    .height = spec.height,
                    .width = spec.width};
    crop_before_pools(network.graph);
    if (const auto last = network.graph.layers.back().out; last != Shape{spec.classes, 1, 1}) {
        refuse_layer(spec.layers.size() - 1, "the network ends with " + text_of(last), "end with \"linear classes\"");
    }
    place_parameters(network);
    if (const auto problem = kernels::problem_of(network.graph)) {
        throw ConfigError("model.layers: " + *problem);
    }
    return network;
}

}  // namespace cone::model
