// Linear layer, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "cone_kernels/operators.hpp"
#include "fma_clones.hpp"
#include "require.hpp"

namespace cone::kernels::reference {
namespace {

/// Samples, after all spans were checked to hold as many.
std::size_t samples_of(const Layer& layer, std::size_t inputs, std::size_t outputs, std::size_t weights, std::size_t biases) {
    const std::size_t samples = inputs / layer.in.values();
    require(inputs == samples * layer.in.values() && outputs == samples * layer.out.values(), "linear: samples in and out");
    require(weights == weight_values(layer) && biases == bias_values(layer), "linear: values of the weight or the bias");
    return samples;
}

}  // namespace

CONE_FMA_CLONES void linear(const Layer& layer, std::span<const float> x, std::span<const float> w, std::span<const float> b,
                            std::span<float> y) {
    const std::size_t samples = samples_of(layer, x.size(), y.size(), w.size(), b.size());
    const std::size_t in = layer.in.values();
    const std::size_t out = layer.out.values();
    for (std::size_t n = 0; n < samples; ++n) {
        for (std::size_t o = 0; o < out; ++o) {
            float acc = b[o];
            for (std::size_t k = 0; k < in; ++k) {
                acc = std::fma(x[n * in + k], w[o * in + k], acc);
            }
            y[n * out + o] = acc;
        }
    }
}

CONE_FMA_CLONES void linear_data_gradient(const Layer& layer, std::span<const float> dy, std::span<const float> w,
                                          std::span<float> dx) {
    const std::size_t samples = samples_of(layer, dx.size(), dy.size(), w.size(), layer.out.values());
    const std::size_t in = layer.in.values();
    const std::size_t out = layer.out.values();
    for (std::size_t n = 0; n < samples; ++n) {
        for (std::size_t k = 0; k < in; ++k) {
            float acc = 0;
            for (std::size_t o = 0; o < out; ++o) {
                acc = std::fma(dy[n * out + o], w[o * in + k], acc);
            }
            dx[n * in + k] = acc;
        }
    }
}

CONE_FMA_CLONES void linear_weight_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy,
                                            std::span<float> dw, std::span<float> db) {
    const std::size_t samples = samples_of(layer, x.size(), dy.size(), dw.size(), db.size());
    const std::size_t in = layer.in.values();
    const std::size_t out = layer.out.values();
    for (std::size_t o = 0; o < out; ++o) {
        for (std::size_t k = 0; k < in; ++k) {
            float acc = 0;
            for (std::size_t n = 0; n < samples; ++n) {
                acc = std::fma(x[n * in + k], dy[n * out + o], acc);
            }
            dw[o * in + k] = acc;
        }
        float sum = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            sum += dy[n * out + o];
        }
        db[o] = sum;
    }
}

}  // namespace cone::kernels::reference
