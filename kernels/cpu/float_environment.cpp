// Asks the arithmetic itself, so that every processor can answer.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/float_environment.hpp"

#include <cfenv>
#include <limits>

namespace cone::kernels {

const char* float_problem() {
    const volatile float one = 1;
    const volatile float smallest_normal = std::numeric_limits<float>::min();
    const volatile float subnormal = std::numeric_limits<float>::denorm_min();
    if (subnormal * 0x1p+100f == 0) {
        return "subnormal operands are taken for zero";
    }
    if (smallest_normal * 0.5f == 0) {
        return "subnormal results are flushed to zero";
    }
    const volatile float up = one + 0x1.8p-24f;  // three quarters of the way from 1 to the next
    const volatile float tie = one + 0x1p-24f;   // half of it
    const volatile float below = -one - 0x1p-24f;
    if (up == one || tie != one || below != -one) {
        return "results are not rounded to the nearest";
    }
    return nullptr;
}

void set_default_floats() {
    std::fesetenv(FE_DFL_ENV);  // of x86-64 also the bits that flush
}

}  // namespace cone::kernels
