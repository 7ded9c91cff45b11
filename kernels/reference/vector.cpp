// Norm and scaling, plain loops: the specification.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/vector.hpp"

#include <cmath>

#include "fma_clones.hpp"

namespace cone::kernels {

CONE_FMA_CLONES double squared_norm(std::span<const float> x) {
    double sum = 0;
    for (const float value : x) {
        sum = std::fma(static_cast<double>(value), static_cast<double>(value), sum);
    }
    return sum;
}

void scale(std::span<float> x, double factor) {
    for (float& value : x) {
        value = static_cast<float>(static_cast<double>(value) * factor);
    }
}

}  // namespace cone::kernels
