// The reference engine: canonical tensors, one operator after the other.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "cone_kernels/classification.hpp"
#include "layers.hpp"
#include "require.hpp"

namespace cone::kernels {
namespace {

using reference::BackwardTensors;
using reference::ForwardTensors;
using reference::PassInput;

bool all_finite(std::span<const float> values) {
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

std::size_t round_up_to_8(std::size_t n) {
    return (n + 7) / 8 * 8;
}

class ReferenceEngine final : public Engine {
public:
    ReferenceEngine(const Network& network, Observer observer)
        : network_(network),
          observer_(std::move(observer)),
          weights_(network.values),
          gradient_(network.values),
          first_(network.values),
          second_(network.values),
          tensors_(network.layers.size() + 1),
          gradients_(network.layers.size() + 1) {
        const auto problem = problem_of(network);
        require(!problem, problem ? problem->c_str() : "");
    }

    void set_weights(std::span<const float> weights) override {
        require(weights.size() == network_.values, "set_weights: as many as the network has");
        weights_.assign(weights.begin(), weights.end());
        std::fill(first_.begin(), first_.end(), 0.0f);
        std::fill(second_.begin(), second_.end(), 0.0f);
        steps_ = 0;
    }

    std::span<const float> weights() override { return weights_; }

    Status gradient(const Batch& batch) override {
        load(batch.samples, round_up_to_8(batch.samples.rows.size()));
        load_indices(batch);
        const PassInput pass{weights_, bytes_, indices_, batch.dropout_seed, batch.dropout_stream};
        for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
            forward(layer, pass);
            observe(layer, Pass::Forward, tensors_[layer + 1]);
        }
        start_gradients(batch);
        for (std::size_t layer = network_.layers.size(); layer-- > 0;) {
            backward(layer, pass);
        }
        return all_finite(gradient_) ? Status::Ok : Status::NotFinite;
    }

    std::span<float> gradient_values() override { return gradient_; }

    Status apply(const Optimiser& optimiser) override {
        OptimiserState state{first_, second_, steps_};
        reference::optimise(optimiser, gradient_, state, weights_);
        steps_ = state.steps;
        return all_finite(weights_) ? Status::Ok : Status::NotFinite;
    }

    void logits(const Samples& samples, std::span<float> out) override {
        require(out.size() == samples.rows.size() * network_.classes, "logits: (rows, classes)");
        load(samples, samples.rows.size());
        for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
            forward(layer, {weights_, bytes_, {}});
        }
        std::copy(tensors_.back().begin(), tensors_.back().end(), out.begin());
    }

private:
    /// Bytes and tensor 0 of `count` samples; those beyond the rows repeat row 0.
    void load(const Samples& samples, std::size_t count) {
        const std::size_t values = network_.input.values();
        bytes_.resize(count * values);
        tensors_[0].resize(count * values);
        for (std::size_t n = 0; n < count; ++n) {
            const std::uint8_t* row = samples.rows[n < samples.rows.size() ? n : 0];
            std::copy_n(row, values, bytes_.begin() + static_cast<std::ptrdiff_t>(n * values));
        }
        std::transform(bytes_.begin(), bytes_.end(), tensors_[0].begin(),
                       [&](std::uint8_t byte) { return samples.table[byte]; });
    }

    void load_indices(const Batch& batch) {
        const bool drops = std::any_of(network_.layers.begin(), network_.layers.end(),
                                       [](const Layer& layer) { return layer.op == Op::Dropout; });
        const std::size_t rows = batch.samples.rows.size();
        require(!drops || batch.indices.size() == rows, "gradient: Dropout needs the index of every row");
        indices_.assign(round_up_to_8(rows), drops && rows > 0 ? batch.indices[0] : 0);
        std::copy(batch.indices.begin(), batch.indices.end(), indices_.begin());
    }

    [[nodiscard]] std::size_t samples() const { return bytes_.size() / network_.input.values(); }

    void forward(std::size_t layer, const PassInput& pass) {
        const Layer& l = network_.layers[layer];
        tensors_[layer + 1].resize(samples() * l.out.values());
        reference::forward(network_, layer, pass, {tensors_[l.input], tensors_[l.other], tensors_[layer + 1]});
    }

    /// Of the last tensor: the loss's. Of the others: none yet.
    void start_gradients(const Batch& batch) {
        require(batch.labels.size() == batch.samples.rows.size(), "gradient: one label a row");
        for (auto& gradient : gradients_) {
            gradient.clear();
        }
        const std::size_t real = batch.labels.size() * network_.classes;
        gradients_.back().assign(tensors_.back().size(), 0.0f);
        cross_entropy_gradient(std::span(tensors_.back()).first(real), batch.labels, network_.classes, batch.divisor,
                               std::span(gradients_.back()).first(real));
        observe(network_.layers.size(), Pass::DataGradient, gradients_.back());
    }

    void backward(std::size_t layer, const PassInput& pass) {
        const Layer& l = network_.layers[layer];
        const bool is_asked_for = l.input != 0 || (l.op != Op::Conv && l.op != Op::Linear);
        scratch_.resize(is_asked_for ? samples() * l.in.values() : 0);
        reference::backward(network_, layer, pass,
                            {tensors_[l.input], tensors_[layer + 1], gradients_[layer + 1], scratch_, gradient_});
        if (weight_values(l) > 0) {
            observe(layer, Pass::WeightGradient, reference::weight_of(l, std::span<const float>(gradient_)));
            observe(layer, Pass::WeightGradient, reference::bias_of(l, std::span<const float>(gradient_)));
        }
        add_to_gradient(layer, l.input);
        if (l.op == Op::Add) {
            add_to_gradient(layer, l.other);
        }
    }

    /// Adds what `layer` found to the gradient of a tensor it reads; nobody asks for that of tensor 0.
    void add_to_gradient(std::size_t layer, std::uint32_t tensor) {
        if (tensor == 0) {
            return;
        }
        auto& sum = gradients_[tensor];
        if (sum.empty()) {
            sum.assign(scratch_.begin(), scratch_.end());
        } else {
            std::transform(sum.begin(), sum.end(), scratch_.begin(), sum.begin(), [](float a, float b) { return a + b; });
        }
        observe(layer, Pass::DataGradient, sum);
    }

    void observe(std::size_t layer, Pass pass, std::span<const float> values) const {
        if (observer_) {
            observer_(layer, pass, values);
        }
    }

    Network network_;
    Observer observer_;
    std::vector<float> weights_;
    std::vector<float> gradient_;
    std::vector<float> first_;
    std::vector<float> second_;
    std::uint32_t steps_ = 0;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::uint32_t> indices_;
    std::vector<std::vector<float>> tensors_;
    std::vector<std::vector<float>> gradients_;
    std::vector<float> scratch_;
};

}  // namespace

std::unique_ptr<Engine> make_reference_engine(const Network& network, Observer observer) {
    return std::make_unique<ReferenceEngine>(network, std::move(observer));
}

}  // namespace cone::kernels
