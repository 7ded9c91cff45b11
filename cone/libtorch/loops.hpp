// The parts of a training step that are ours and not libtorch's: plain loops with one order of operations.
// SPDX-License-Identifier: Apache-2.0
//
// libtorch computes convolutions, products.hpp matrix products. Everything between them is here: it is faster (one pass, no
// dispatch), and exp comes from kernels, the same bits everywhere (docs/protocol.md 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace cone::libtorch {

/// Pixel x becomes (x / 255 - 0.1307) / 0.3081, MNIST's mean and deviation, in double, rounded once to float.
/// Part of the operator set; the same for every image, whatever its origin.
void normalise(std::span<const std::uint8_t> pixels, std::span<float> out);

/// `in` is (planes, height, width); `out` (planes, height / 2, width / 2) gets max(0, maximum of the 2 x 2 square);
/// `source` says which of the square's four values it was (row-major, the first among equals), 4 when it was the 0.
/// NaN is passed over, so it cannot hide in `source`.
void relu_pool(std::span<const float> in, std::size_t planes, std::size_t height, std::size_t width, std::span<float> out,
               std::span<std::uint8_t> source);

/// Gradient of relu_pool: each value of `grad_out` goes to its source; the rest of `grad_in` becomes 0.
void relu_pool_backward(std::span<const float> grad_out, std::span<const std::uint8_t> source, std::size_t planes,
                        std::size_t height, std::size_t width, std::span<float> grad_in);

/// x <- max(0, x), NaN becomes 0.
void relu(std::span<float> x);
/// grad <- 0 where the output of relu is not positive.
void relu_backward(std::span<const float> output, std::span<float> grad);

/// out[c] = sum over rows of in[row][c], rows ascending, in float.
void sum_rows(std::span<const float> in, std::span<float> out);

/// Gradient of the mean cross-entropy of a batch: (softmax(z) - one_hot(label)) / rows, each value computed in double (maximum,
/// kernels::exp_exact, sum over ascending classes, division) and rounded once to float.
void cross_entropy_gradient(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes,
                            std::span<float> gradient);

/// SGD with momentum as libtorch defines it, in float: v <- momentum v + (g + decay w); w <- w - rate v.
struct SgdStep {
    float rate = 0;
    float momentum = 0;
    float decay = 0;
};
void sgd(const SgdStep& step, std::span<const float> gradient, std::span<float> velocity, std::span<float> weights);

}  // namespace cone::libtorch
