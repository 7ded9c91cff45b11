// The engine on a grid: the device's, or in tests the one that runs on a processor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "../reference/require.hpp"
#include "cone_kernels/engine.hpp"
#include "device_array.hpp"
#include "layers.hpp"
#include "loss.hpp"
#include "optimise.hpp"

namespace cone::kernels::cuda {

template <class Grid>
class GridEngine final : public Engine {
public:
    GridEngine(const Network& network, Grid grid)
        : network_(network),
          grid_(std::move(grid)),
          host_(network.values),
          tensors_(network.layers.size() + 1),
          gradients_(network.layers.size() + 1),
          has_gradient_(network.layers.size() + 1) {
        const auto problem = problem_of(network);
        require(!problem, problem ? problem->c_str() : "");
        for (Array<float>* values : {&weights_, &gradient_, &first_, &second_}) {
            values->clear(grid_, network.values);
        }
        found_.grow(grid_, 1);
        factor_.grow(grid_, 1);
    }

    void set_weights(std::span<const float> weights) override {
        require(weights.size() == network_.values, "set_weights: as many as the network has");
        weights_.upload(grid_, weights);
        first_.clear(grid_, network_.values);
        second_.clear(grid_, network_.values);
        steps_ = 0;
    }

    std::span<const float> weights() override {
        keep_replaced_gradient();
        return read(weights_);
    }

    Status gradient(const Batch& batch) override {
        require(batch.labels.size() == batch.samples.rows.size(), "gradient: one label a row");
        host_is_gradient_ = false;
        load(batch.samples, ceil_div(static_cast<u32>(batch.labels.size()), 8) * 8);
        load_indices(batch);
        pass_.dropout_seed = batch.dropout_seed;
        pass_.dropout_stream = batch.dropout_stream;
        forward_all();
        start_gradients(batch);
        for (std::size_t layer = network_.layers.size(); layer-- > 0;) {
            backward(layer);
        }
        return status_of(gradient_);
    }

    std::span<float> gradient_values() override {
        if (!host_is_gradient_) {
            (void)read(gradient_);
        }
        host_is_gradient_ = true;
        return host_;
    }

    Status apply(const Optimiser& optimiser) override {
        keep_replaced_gradient();
        optimise(grid_, optimiser, ++steps_,
                 {gradient_.get(), first_.get(), second_.get(), weights_.get(), factor_.get(), network_.values});
        return status_of(weights_);
    }

    void logits(const Samples& samples, std::span<float> out) override {
        require(out.size() == samples.rows.size() * network_.classes, "logits: (rows, classes)");
        load(samples, static_cast<u32>(samples.rows.size()));
        pass_.dropout_seed.reset();
        forward_all();
        tensors_.back().download(grid_, out);
    }

private:
    template <class T>
    using Array = DeviceArray<Grid, T>;

    std::span<const float> read(const Array<float>& values) {
        values.download(grid_, host_);
        return host_;
    }

    /// The caller may have changed the gradient where gradient_values() showed it.
    void keep_replaced_gradient() {
        if (host_is_gradient_) {
            gradient_.upload(grid_, host_);
        }
        host_is_gradient_ = false;
    }

    /// Bytes and tensor 0 of `count` samples; those beyond the rows repeat row 0.
    void load(const Samples& samples, u32 count) {
        const std::size_t values = network_.input.values();
        staged_.resize(count * values);
        for (std::size_t n = 0; n < count; ++n) {
            const std::uint8_t* row = samples.rows[n < samples.rows.size() ? n : 0];
            std::copy_n(row, values, staged_.begin() + static_cast<std::ptrdiff_t>(n * values));
        }
        bytes_.upload(grid_, staged_);
        table_.upload(grid_, samples.table);
        make_room(count);
        grid_.elements(staged_.size(), BytesToFloats{bytes_.get(), table_.get(), tensors_[0].get()});
    }

    void make_room(u32 count) {
        pass_.samples = count;
        std::size_t scratch = 0;
        std::size_t largest = 0;
        const auto fit = [&](std::size_t tensor, const Shape& shape) {
            require(count * shape.values() < (std::size_t{1} << 31), "a batch's tensors have less than 2^31 values");
            tensors_[tensor].grow(grid_, count * shape.values());
            gradients_[tensor].grow(grid_, count * shape.values());
            largest = std::max(largest, count * shape.values());
        };
        fit(0, network_.input);
        for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
            fit(layer + 1, network_.layers[layer].out);
            scratch = std::max(scratch, scratch_bytes(network_.layers[layer], count));
        }
        require(scratch < (std::size_t{1} << 34), "an attention's matrices have less than 2^32 values");
        next_.grow(grid_, largest);
        scratch_.grow(grid_, scratch);
        pass_.weights = weights_.get();
        pass_.bytes = bytes_.get();
        pass_.scratch = scratch_.get();
    }

    void load_indices(const Batch& batch) {
        const bool drops = std::any_of(network_.layers.begin(), network_.layers.end(),
                                       [](const Layer& layer) { return layer.op == Op::Dropout; });
        const std::size_t rows = batch.labels.size();
        require(!drops || batch.indices.size() == rows, "gradient: Dropout needs the index of every row");
        staged_indices_.assign(pass_.samples, drops && rows > 0 ? batch.indices[0] : 0);
        std::copy(batch.indices.begin(), batch.indices.end(), staged_indices_.begin());
        indices_.upload(grid_, staged_indices_);
        pass_.indices = indices_.get();
    }

    void forward_all() {
        for (u32 layer = 0; layer < network_.layers.size(); ++layer) {
            const Layer& l = network_.layers[layer];
            forward(grid_, l, layer, pass_, {tensors_[l.input].get(), tensors_[l.other].get(), tensors_[layer + 1].get()});
        }
    }

    /// Of the last tensor: the loss's, +0 for samples that fill up. Of the others: none yet.
    void start_gradients(const Batch& batch) {
        require(batch.divisor > 0 || batch.labels.empty(), "gradient: divisor is 0");
        labels_.upload(grid_, batch.labels);
        std::fill(has_gradient_.begin(), has_gradient_.end(), false);
        has_gradient_.back() = true;
        gradients_.back().clear(grid_, std::size_t{pass_.samples} * network_.classes);
        grid_.elements(batch.labels.size(), CrossEntropyGradient{tensors_.back().get(), labels_.get(), network_.classes,
                                                                 static_cast<double>(batch.divisor), gradients_.back().get()});
    }

    void backward(std::size_t layer) {
        const Layer& l = network_.layers[layer];
        const BackwardTensors t{tensors_[l.input].get(), tensors_[layer + 1].get(), gradients_[layer + 1].get(),
                                gradient_.get()};
        weight_gradient(grid_, l, pass_, t);
        find_data_gradient(layer, l.input, t);
        if (l.op == Op::Add) {
            find_data_gradient(layer, l.other, t);
        }
    }

    /// The gradient of a tensor the layer reads: the first found is it, later ones are added. Nobody asks for that of tensor 0.
    void find_data_gradient(std::size_t layer, u32 tensor, const BackwardTensors& t) {
        const Layer& l = network_.layers[layer];
        if (tensor == 0 && !is_norm(l)) {
            return;
        }
        const bool adds = tensor == 0 || has_gradient_[tensor];
        float* sum = gradients_[tensor].get();
        float* dx = adds ? next_.get() : sum;
        data_gradient(grid_, l, static_cast<u32>(layer), pass_, t, dx);
        if (adds && tensor != 0) {
            grid_.elements(pass_.samples * l.in.values(), Add{sum, dx, sum});
        }
        has_gradient_[tensor] = true;
    }

    Status status_of(const Array<float>& values) {
        u32 found = 0;
        found_.clear(grid_, 1);
        grid_.elements(network_.values, FindNotFinite{values.get(), found_.get()});
        found_.download(grid_, std::span(&found, 1));
        return found == 0 ? Status::Ok : Status::NotFinite;
    }

    Network network_;
    Grid grid_;
    std::vector<float> host_;  ///< what weights() or gradient_values() returned
    bool host_is_gradient_ = false;
    std::vector<std::uint8_t> staged_;
    std::vector<u32> staged_indices_;
    PassInput pass_;
    u32 steps_ = 0;
    Array<float> weights_, gradient_, first_, second_, factor_, table_, next_;
    Array<u32> found_, indices_;
    Array<std::uint8_t> bytes_, labels_;
    Array<std::byte> scratch_;
    std::vector<Array<float>> tensors_;
    std::vector<Array<float>> gradients_;
    std::vector<bool> has_gradient_;
};

}  // namespace cone::kernels::cuda
