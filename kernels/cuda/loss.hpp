// Gradient of the mean cross-entropy in the logits on a grid, in double.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../reference/elementary_inline.hpp"
#include "block.hpp"

namespace cone::kernels::cuda {

/// One thread a row; exponentials are computed twice, not stored. `gradient` has the shape of `logits`.
struct CrossEntropyGradient {
    const float* logits;
    const std::uint8_t* labels;
    u32 classes;
    double divisor;
    float* gradient;

    CONE_HOST_DEVICE void operator()(std::size_t n) const {
        const float* row = logits + n * classes;
        float largest = row[0];
        for (u32 c = 1; c < classes; ++c) {
            largest = row[c] > largest ? row[c] : largest;
        }
        double sum = 0;
        for (u32 c = 0; c < classes; ++c) {
            sum += power(row[c], largest);
        }
        for (u32 c = 0; c < classes; ++c) {
            const double target = c == labels[n] ? 1.0 : 0.0;
            gradient[n * classes + c] = static_cast<float>((power(row[c], largest) / sum - target) / divisor);
        }
    }

private:
    [[nodiscard]] CONE_HOST_DEVICE static double power(float logit, float largest) {
        return exp_inline(static_cast<double>(logit) - static_cast<double>(largest));
    }
};

}  // namespace cone::kernels::cuda
