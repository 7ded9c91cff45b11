// exp and log: the inline functions, compiled for both kinds of processor.
// SPDX-License-Identifier: Apache-2.0
#include "cone_kernels/elementary.hpp"

#include "elementary_inline.hpp"
#include "fma_clones.hpp"

namespace cone::kernels {

CONE_FMA_CLONES double exp_exact(double x) {
    return exp_inline(x);
}

CONE_FMA_CLONES double log_exact(double x) {
    return log_inline(x);
}

}  // namespace cone::kernels
