// Preconditions of kernels: a caller that breaks one is a bug, so the program stops.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>

#include "cone_kernels/float_environment.hpp"

namespace cone::kernels {

inline void require(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "cone::kernels: %s\n", what);
        std::abort();
    }
}

}  // namespace cone::kernels
