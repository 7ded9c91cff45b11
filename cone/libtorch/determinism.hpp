// Makes libtorch give the same bits every time, and says what is wrong when it would not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cone::libtorch {

/// Pins, for the whole process: the instruction-set class of ATen and oneDNN, MKL's machine-independent code branch (the only
/// one it honours on every vendor's processors), one thread, deterministic algorithms, full float32 products, no flushing of
/// denormal numbers. Call before the first use of libtorch; calling again with the same class does nothing.
/// `isa`: "default", "avx2" or "avx512". Throws EnvironmentError when the class is unknown, the processor lacks it, or the
/// process is already set up for another.
void set_up_determinism(std::string_view isa);

/// What does not hold, one line each, for the calling thread; empty when all is well.
[[nodiscard]] std::vector<std::string> determinism_problems();

/// Version of the libtorch this program was built with: "2.11.0".
[[nodiscard]] std::string engine_version();

}  // namespace cone::libtorch
