// Convolution, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "cone_kernels/operators.hpp"
#include "fma_clones.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

void check(const Layer& layer, const In& in, const In& out, std::size_t weights, std::size_t biases) {
    require(in.samples == out.samples, "conv: as many samples in as out");
    require(weights == weight_values(layer) && biases == bias_values(layer), "conv: values of the weight or the bias");
}

}  // namespace

CONE_FMA_CLONES void conv(const Layer& layer, std::span<const float> x, std::span<const float> w, std::span<const float> b,
                          std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    const In weight(w, kernel_shape(layer));
    check(layer, in, In(y, layer.out), w.size(), b.size());
    const Index t = layer.stride;
    const Index p = layer.padding;
    for (Index n = 0; n < out.samples; ++n) {
        for (Index m = 0; m < out.channels; ++m) {
            for (Index i = 0; i < out.height; ++i) {
                for (Index j = 0; j < out.width; ++j) {
                    float acc = b[at_index(m)];
                    for (Index c = 0; c < in.channels; ++c) {
                        for (Index r = 0; r < weight.height; ++r) {
                            for (Index s = 0; s < weight.width; ++s) {
                                acc = std::fma(in.read(n, c, i * t + r - p, j * t + s - p), weight.at(m, c, r, s), acc);
                            }
                        }
                    }
                    out.at(n, m, i, j) = acc;
                }
            }
        }
    }
}

CONE_FMA_CLONES void conv_data_gradient(const Layer& layer, std::span<const float> dy, std::span<const float> w,
                                        std::span<float> dx) {
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    const In weight(w, kernel_shape(layer));
    check(layer, In(dx, layer.in), grad, w.size(), layer.out.channels);
    const Index t = layer.stride;
    const Index p = layer.padding;
    for (Index n = 0; n < out.samples; ++n) {
        for (Index c = 0; c < out.channels; ++c) {
            for (Index h = 0; h < out.height; ++h) {
                for (Index k = 0; k < out.width; ++k) {
                    float acc = 0;
                    for (Index m = 0; m < grad.channels; ++m) {
                        for (Index r = 0; r < weight.height; ++r) {
                            for (Index s = 0; s < weight.width; ++s) {
                                const Index i = h + p - r;
                                const Index j = k + p - s;
                                if (i % t == 0 && j % t == 0) {
                                    acc = std::fma(grad.read(n, m, i / t, j / t), weight.at(m, c, r, s), acc);
                                }
                            }
                        }
                    }
                    out.at(n, c, h, k) = acc;
                }
            }
        }
    }
}

CONE_FMA_CLONES void conv_weight_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy,
                                          std::span<float> dw, std::span<float> db) {
    const In in(x, layer.in);
    const In grad(dy, layer.out);
    const Out out(dw, kernel_shape(layer));
    check(layer, in, grad, dw.size(), db.size());
    const Index t = layer.stride;
    const Index p = layer.padding;
    for (Index m = 0; m < grad.channels; ++m) {
        for (Index c = 0; c < in.channels; ++c) {
            for (Index r = 0; r < out.height; ++r) {
                for (Index s = 0; s < out.width; ++s) {
                    Lanes q{};
                    for (Index n = 0; n < in.samples; ++n) {
                        float& acc = q[lane_of(n)];
                        for (Index i = 0; i < grad.height; ++i) {
                            for (Index j = 0; j < grad.width; ++j) {
                                acc = std::fma(in.read(n, c, i * t + r - p, j * t + s - p), grad.at(n, m, i, j), acc);
                            }
                        }
                    }
                    out.at(m, c, r, s) = lanes(q);
                }
            }
        }
        Lanes q{};
        for (Index n = 0; n < in.samples; ++n) {
            for (Index position = 0; position < grad.positions; ++position) {
                q[lane_of(n)] += grad.at(n, m, position);
            }
        }
        db[at_index(m)] = lanes(q);
    }
}

}  // namespace cone::kernels::reference
