// Values the adapter's tests share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cone/base/bytes.hpp"

namespace cone::adapter {

/// 32 times `byte`.
inline Hash32 hash_of(std::uint8_t byte) {
    Hash32 hash;
    hash.bytes.fill(byte);
    return hash;
}

}  // namespace cone::adapter
