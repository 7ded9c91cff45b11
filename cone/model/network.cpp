// LeNet-5 and the CNN.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/network.hpp"

#include <algorithm>
#include <numeric>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

std::uint64_t product(const std::vector<std::uint64_t>& sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{1}, std::multiplies<>());
}

/// Adds layers one after the other and keeps track of the shape between them.
class Builder {
public:
    explicit Builder(const job::ModelSpec& spec) : channels_(spec.channels), height_(spec.height), width_(spec.width) {
        network_.classes = spec.classes;
        network_.channels = spec.channels;
        network_.height = spec.height;
        network_.width = spec.width;
    }

    void conv_relu_pool(const std::string& name, std::uint32_t maps, std::uint32_t kernel, std::uint32_t padding) {
        require(height_ + 2 * padding >= kernel + 1 && width_ + 2 * padding >= kernel + 1);
        Layer conv{.kind = Layer::Kind::Conv,
                   .in = channels_,
                   .out = maps,
                   .height = height_,
                   .width = width_,
                   .kernel = kernel,
                   .padding = padding};
        add_parameters(conv, name, {maps, channels_, kernel, kernel}, std::uint64_t{channels_} * kernel * kernel);
        channels_ = maps;
        height_ += 2 * padding - kernel + 1;
        width_ += 2 * padding - kernel + 1;
        network_.layers.push_back({.kind = Layer::Kind::ReluPool, .in = maps, .out = maps, .height = height_, .width = width_});
        height_ /= 2;
        width_ /= 2;
    }

    void dense(const std::string& name, std::uint32_t out) {
        const std::uint32_t in = channels_ * height_ * width_;
        Layer layer{.kind = Layer::Kind::Dense, .in = in, .out = out};
        add_parameters(layer, name, {out, in}, in);
        channels_ = out;
        height_ = width_ = 1;
    }

    void dense_relu(const std::string& name, std::uint32_t out) {
        dense(name, out);
        network_.layers.push_back({.kind = Layer::Kind::Relu, .in = out, .out = out});
    }

    Network finish() {
        CONE_ASSERT(std::is_sorted(network_.parameters.begin(), network_.parameters.end(),
                                   [](const Parameter& a, const Parameter& b) { return a.name < b.name; }),
                    "parameters must be in name order");
        return std::move(network_);
    }

private:
    static void require(bool fits) {
        if (!fits) {
            throw ConfigError("model.height, model.width: the image is too small for the network", "28 x 28 and above fit");
        }
    }

    /// "x.bias" sorts before "x.weight", and the layers' own names ascend.
    void add_parameters(Layer layer, const std::string& name, std::vector<std::uint64_t> sizes, std::uint64_t fan_in) {
        layer.bias = add_parameter({name + ".bias", {sizes[0]}, 0, 0, fan_in});
        layer.weight = add_parameter({name + ".weight", std::move(sizes), 0, 0, fan_in});
        network_.layers.push_back(layer);
    }

    std::size_t add_parameter(Parameter parameter) {
        parameter.offset = network_.values;
        parameter.values = product(parameter.sizes);
        network_.values += parameter.values;
        network_.parameters.push_back(std::move(parameter));
        return network_.parameters.size() - 1;
    }

    Network network_;
    std::uint32_t channels_;
    std::uint32_t height_;
    std::uint32_t width_;
};

void require_usable(const job::ModelSpec& spec) {
    constexpr std::uint32_t kMaxSide = 1024;
    if (spec.channels == 0 || spec.channels > 64 || spec.height > kMaxSide || spec.width > kMaxSide) {
        throw ConfigError("model: 1 to 64 channels and sides up to 1024 are possible");
    }
    if (spec.classes < 2 || spec.classes > 256) {
        throw ConfigError("model.classes: 2 to 256 are possible, labels are one byte");
    }
}

}  // namespace

Network make_network(const job::ModelSpec& spec) {
    require_usable(spec);
    Builder builder(spec);
    if (spec.network == "lenet5") {
        builder.conv_relu_pool("conv1", 6, 5, 2);
        builder.conv_relu_pool("conv2", 16, 5, 0);
        builder.dense_relu("fc1", 120);
        builder.dense_relu("fc2", 84);
        builder.dense("fc3", spec.classes);
    } else if (spec.network == "cnn") {
        builder.conv_relu_pool("conv1", 16, 3, 1);
        builder.conv_relu_pool("conv2", 32, 3, 1);
        builder.conv_relu_pool("conv3", 64, 3, 1);
        builder.dense("fc1", spec.classes);
    } else {
        throw ConfigError("model.network: unknown network \"" + spec.network + "\"", "lenet5 or cnn");
    }
    return builder.finish();
}

}  // namespace cone::model
