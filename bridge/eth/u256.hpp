// Ethereum's 256-bit unsigned integer and its big-endian bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cone/base/bytes.hpp"
#include "cone/base/wei.hpp"

namespace cone::eth {

/// Checked: arithmetic that leaves [0, 2^256) throws std::overflow_error or std::range_error.
using U256 = boost::multiprecision::checked_uint256_t;

/// One 32-byte word, big-endian.
using Word = std::array<std::uint8_t, 32>;

[[nodiscard]] Word to_word(const U256& value);
/// At most 32 big-endian bytes.
[[nodiscard]] U256 u256_from_bytes(ByteSpan big_endian);
/// Shortest big-endian form; empty for zero.
[[nodiscard]] Bytes to_minimal_bytes(const U256& value);

/// Nothing above 2^64 - 1.
[[nodiscard]] std::optional<std::uint64_t> to_u64(const U256& value);

[[nodiscard]] U256 to_u256(Wei amount);
/// Nothing above 2^128 - 1.
[[nodiscard]] std::optional<Wei> to_wei(const U256& value);

/// A JSON-RPC quantity: `0x`, no leading zero, "0x0" for zero.
[[nodiscard]] std::string to_quantity(const U256& value);
/// Nothing on a missing prefix, leading zeros, a foreign character or more than 64 digits.
[[nodiscard]] std::optional<U256> u256_from_quantity(std::string_view text);

}  // namespace cone::eth
