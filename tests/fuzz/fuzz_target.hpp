// What a fuzz target gives: the entry that libFuzzer calls, and good inputs for the driver of ctest to damage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cone/base/bytes.hpp"

/// Returns 0; aborts when a property does not hold. Never throws.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cone::test {

/// Inputs that reach deep into the code under test.
[[nodiscard]] std::vector<Bytes> seeds();

}  // namespace cone::test
