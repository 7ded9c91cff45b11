// Embedding of bytes and their positions, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cone_kernels/operators.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

void check(const Layer& layer, std::size_t bytes, const In& out, std::size_t weights, std::size_t biases) {
    require(bytes == at_index(out.samples) * layer.in.values(), "embedding: as many samples in as out");
    require(weights == weight_values(layer) && biases == bias_values(layer), "embedding: values of the weight or the bias");
}

}  // namespace

void embedding(const Layer& layer, std::span<const std::uint8_t> bytes, std::span<const float> w, std::span<const float> b,
               std::span<float> y) {
    const Out out(y, layer.out);
    check(layer, bytes.size(), In(y, layer.out), w.size(), b.size());
    for (Index n = 0; n < out.samples; ++n) {
        for (Index d = 0; d < out.channels; ++d) {
            for (Index t = 0; t < out.width; ++t) {
                const Index byte = bytes[at_index(n * out.width + t)];
                out.at(n, d, t) = w[at_index(byte * out.channels + d)] + b[at_index(t * out.channels + d)];
            }
        }
    }
}

void embedding_gradient(const Layer& layer, std::span<const std::uint8_t> bytes, std::span<const float> dy, std::span<float> dw,
                        std::span<float> db) {
    const In grad(dy, layer.out);
    check(layer, bytes.size(), grad, dw.size(), db.size());
    std::fill(dw.begin(), dw.end(), 0.0f);
    std::fill(db.begin(), db.end(), 0.0f);
    for (Index n = 0; n < grad.samples; ++n) {
        for (Index t = 0; t < grad.width; ++t) {
            const Index byte = bytes[at_index(n * grad.width + t)];
            for (Index d = 0; d < grad.channels; ++d) {
                dw[at_index(byte * grad.channels + d)] += grad.at(n, d, t);
                db[at_index(t * grad.channels + d)] += grad.at(n, d, t);
            }
        }
    }
}

}  // namespace cone::kernels::reference
