// Bytes that every language can make: 0, 1, ..., 250, 0, 1, ... (251 is prime, so no block looks like the next).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/base/bytes.hpp"

namespace cone::test {

[[nodiscard]] inline Bytes pattern(std::size_t length) {
    Bytes data(length);
    for (std::size_t i = 0; i < length; ++i) {
        data[i] = static_cast<std::uint8_t>(i % 251);
    }
    return data;
}

}  // namespace cone::test
