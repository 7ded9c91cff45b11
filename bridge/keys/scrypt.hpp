// scrypt (RFC 7914) without the bound n < 2^(16 r), which keystores of Python's tools break and OpenSSL keeps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "cone/base/bytes.hpp"

namespace cone::keys {

/// Takes 128 * r * (n + p) bytes of memory, overwritten at the end; throws std::bad_alloc without it. `n` is a power of two
/// above 1, `r` and `p` above 0.
void scrypt(ByteSpan password, ByteSpan salt, std::uint64_t n, std::uint64_t r, std::uint64_t p, std::span<std::uint8_t> out);

}  // namespace cone::keys
