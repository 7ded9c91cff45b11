// ReLU, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/operators.hpp"
#include "require.hpp"

namespace cone::kernels::reference {

void relu(std::span<const float> x, std::span<float> y) {
    require(x.size() == y.size(), "relu: sizes differ");
    for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = x[i] > 0 ? x[i] : 0.0f;
    }
}

void relu_gradient(std::span<const float> y, std::span<const float> dy, std::span<float> dx) {
    require(y.size() == dy.size() && y.size() == dx.size(), "relu_gradient: sizes differ");
    for (std::size_t i = 0; i < y.size(); ++i) {
        dx[i] = y[i] > 0 ? dy[i] : 0.0f;
    }
}

}  // namespace cone::kernels::reference
