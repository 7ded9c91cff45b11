// Max and average pooling, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cone_kernels/operators.hpp"
#include "tensor.hpp"

namespace cone::kernels::reference {
namespace {

void check(const In& in, const In& out) {
    require(in.samples == out.samples && in.channels == out.channels, "pool: as many samples and channels in as out");
}

struct Place {
    Index h;
    Index w;
};

/// The first of the largest values of square (i, j), row by row.
Place largest_of_square(const Layer& layer, const In& in, Index n, Index c, Index i, Index j) {
    const Index k = layer.kernel_height;
    Place best{i * k, j * k};
    for (Index h = i * k; h < (i + 1) * k; ++h) {
        for (Index w = j * k; w < (j + 1) * k; ++w) {
            best = in.at(n, c, h, w) > in.at(n, c, best.h, best.w) ? Place{h, w} : best;
        }
    }
    return best;
}

float inverse_area(const Layer& layer) {
    return static_cast<float>(1.0 / (static_cast<double>(layer.kernel_height) * layer.kernel_height));
}

/// Calls visit(n, c, i, j) for every value of a tensor.
template <class T, class Visit>
void for_each(const Tensor<T>& tensor, Visit visit) {
    for (Index n = 0; n < tensor.samples; ++n) {
        for (Index c = 0; c < tensor.channels; ++c) {
            for (Index i = 0; i < tensor.height; ++i) {
                for (Index j = 0; j < tensor.width; ++j) {
                    visit(n, c, i, j);
                }
            }
        }
    }
}

}  // namespace

void max_pool(const Layer& layer, std::span<const float> x, std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    check(in, In(y, layer.out));
    for_each(out, [&](Index n, Index c, Index i, Index j) {
        const Place from = largest_of_square(layer, in, n, c, i, j);
        out.at(n, c, i, j) = in.at(n, c, from.h, from.w);
    });
}

void max_pool_gradient(const Layer& layer, std::span<const float> x, std::span<const float> dy, std::span<float> dx) {
    const In in(x, layer.in);
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    check(in, grad);
    require(out.samples == in.samples, "max_pool_gradient: a gradient for every sample");
    std::fill(dx.begin(), dx.end(), 0.0f);
    for_each(grad, [&](Index n, Index c, Index i, Index j) {
        const Place from = largest_of_square(layer, in, n, c, i, j);
        out.at(n, c, from.h, from.w) = grad.at(n, c, i, j);
    });
}

void avg_pool(const Layer& layer, std::span<const float> x, std::span<float> y) {
    const In in(x, layer.in);
    const Out out(y, layer.out);
    check(in, In(y, layer.out));
    const Index k = layer.kernel_height;
    for_each(out, [&](Index n, Index c, Index i, Index j) {
        float sum = 0;
        for (Index h = i * k; h < (i + 1) * k; ++h) {
            for (Index w = j * k; w < (j + 1) * k; ++w) {
                sum += in.at(n, c, h, w);
            }
        }
        out.at(n, c, i, j) = sum * inverse_area(layer);
    });
}

void avg_pool_gradient(const Layer& layer, std::span<const float> dy, std::span<float> dx) {
    const In grad(dy, layer.out);
    const Out out(dx, layer.in);
    check(In(dx, layer.in), grad);
    const Index k = layer.kernel_height;
    for_each(out, [&](Index n, Index c, Index h, Index w) {
        const bool read = h / k < grad.height && w / k < grad.width;
        out.at(n, c, h, w) = read ? grad.at(n, c, h / k, w / k) * inverse_area(layer) : 0.0f;
    });
}

}  // namespace cone::kernels::reference
