// Plain loops, written so that the compiler can use vector instructions without changing a bit.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/loops.hpp"

#include <algorithm>
#include <array>

#include "cone/base/errors.hpp"
#include "cone/model/trainer.hpp"
#include "cone_kernels/classification.hpp"

namespace cone::libtorch {
namespace {

/// One output row: `top` and `bottom` are the two input rows below it.
void relu_pool_row(const float* top, const float* bottom, std::size_t width, float* out, std::uint8_t* source) {
    for (std::size_t j = 0; j < width; ++j) {
        float best = 0;
        std::uint8_t from = 4;
        const std::array<float, 4> square{top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1]};
        for (std::uint8_t s = 0; s < 4; ++s) {
            const bool better = square[s] > best;
            best = better ? square[s] : best;
            from = better ? s : from;
        }
        out[j] = best;
        source[j] = from;
    }
}

void scatter_row(const float* grad, const std::uint8_t* source, std::size_t width, float* top, float* bottom) {
    for (std::size_t j = 0; j < width; ++j) {
        top[2 * j] = source[j] == 0 ? grad[j] : 0;
        top[2 * j + 1] = source[j] == 1 ? grad[j] : 0;
        bottom[2 * j] = source[j] == 2 ? grad[j] : 0;
        bottom[2 * j + 1] = source[j] == 3 ? grad[j] : 0;
    }
}

}  // namespace

void normalise(std::span<const std::uint8_t> pixels, std::span<float> out) {
    const auto kTable = model::pixel_table();
    CONE_ASSERT(pixels.size() == out.size(), "one value a pixel");
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        out[i] = kTable[pixels[i]];
    }
}

void relu_pool(std::span<const float> in, std::size_t planes, std::size_t height, std::size_t width, std::span<float> out,
               std::span<std::uint8_t> source) {
    const std::size_t rows = height / 2;
    const std::size_t columns = width / 2;
    CONE_ASSERT(in.size() == planes * height * width && out.size() == planes * rows * columns && source.size() == out.size(),
                "shapes of relu_pool");
    for (std::size_t row = 0; row < planes * rows; ++row) {
        const float* top = in.data() + (row / rows * height + 2 * (row % rows)) * width;
        relu_pool_row(top, top + width, columns, out.data() + row * columns, source.data() + row * columns);
    }
}

void relu_pool_backward(std::span<const float> grad_out, std::span<const std::uint8_t> source, std::size_t planes,
                        std::size_t height, std::size_t width, std::span<float> grad_in) {
    const std::size_t rows = height / 2;
    const std::size_t columns = width / 2;
    CONE_ASSERT(grad_in.size() == planes * height * width && grad_out.size() == planes * rows * columns &&
                    source.size() == grad_out.size(),
                "shapes of relu_pool_backward");
    if (height % 2 != 0 || width % 2 != 0) {
        std::fill(grad_in.begin(), grad_in.end(), 0.0f);
    }
    for (std::size_t row = 0; row < planes * rows; ++row) {
        float* top = grad_in.data() + (row / rows * height + 2 * (row % rows)) * width;
        scatter_row(grad_out.data() + row * columns, source.data() + row * columns, columns, top, top + width);
    }
}

void relu(std::span<float> x) {
    for (float& value : x) {
        value = value > 0 ? value : 0;
    }
}

void relu_backward(std::span<const float> output, std::span<float> grad) {
    CONE_ASSERT(output.size() == grad.size(), "one gradient an output");
    for (std::size_t i = 0; i < grad.size(); ++i) {
        grad[i] = output[i] > 0 ? grad[i] : 0;
    }
}

void sum_rows(std::span<const float> in, std::span<float> out) {
    CONE_ASSERT(!out.empty() && in.size() % out.size() == 0, "whole rows");
    std::fill(out.begin(), out.end(), 0.0f);
    for (std::size_t row = 0; row < in.size() / out.size(); ++row) {
        for (std::size_t c = 0; c < out.size(); ++c) {
            out[c] += in[row * out.size() + c];
        }
    }
}

void cross_entropy_gradient(std::span<const float> logits, std::span<const std::uint8_t> labels, std::size_t classes,
                            std::span<float> gradient) {
    CONE_ASSERT(logits.size() == labels.size() * classes && gradient.size() == logits.size() && classes <= 256,
                "logits and gradient have shape (labels, classes)");
    const auto rows = static_cast<std::uint32_t>(std::max<std::size_t>(1, labels.size()));
    kernels::cross_entropy_gradient(logits, labels, classes, rows, gradient);
}

void sgd(const SgdStep& step, std::span<const float> gradient, std::span<float> velocity, std::span<float> weights) {
    CONE_ASSERT(gradient.size() == weights.size() && velocity.size() == weights.size(), "one gradient and velocity a weight");
    const float* __restrict g = gradient.data();
    float* __restrict v = velocity.data();
    float* __restrict w = weights.data();
    for (std::size_t i = 0; i < weights.size(); ++i) {
        v[i] = step.momentum * v[i] + (g[i] + step.decay * w[i]);
        w[i] -= step.rate * v[i];
    }
}

}  // namespace cone::libtorch
