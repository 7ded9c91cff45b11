// Conversions of the 256-bit integer.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/u256.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "cone/base/errors.hpp"

namespace cone::eth {

Bytes to_minimal_bytes(const U256& value) {
    Bytes out;
    if (!value.is_zero()) {
        boost::multiprecision::export_bits(value, std::back_inserter(out), 8);
    }
    return out;
}

Word to_word(const U256& value) {
    const Bytes digits = to_minimal_bytes(value);
    Word word{};
    std::copy(digits.begin(), digits.end(), word.end() - static_cast<std::ptrdiff_t>(digits.size()));
    return word;
}

U256 u256_from_bytes(ByteSpan big_endian) {
    CONE_ASSERT(big_endian.size() <= 32, "a U256 has at most 32 bytes");
    U256 value = 0;
    if (big_endian.empty()) {
        return value;  // Boost 1.74's import_bits writes out of bounds on an empty range
    }
    boost::multiprecision::import_bits(value, big_endian.begin(), big_endian.end(), 8);
    return value;
}

std::optional<std::uint64_t> to_u64(const U256& value) {
    if (value > std::numeric_limits<std::uint64_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value);
}

U256 to_u256(Wei amount) {
    return (U256(static_cast<std::uint64_t>(amount.value >> 64)) << 64) | U256(static_cast<std::uint64_t>(amount.value));
}

std::optional<Wei> to_wei(const U256& value) {
    const Bytes digits = to_minimal_bytes(value);
    if (digits.size() > sizeof(Uint128)) {
        return std::nullopt;
    }
    Uint128 wei = 0;
    for (const std::uint8_t digit : digits) {
        wei = (wei << 8) | digit;
    }
    return Wei(wei);
}

std::string to_quantity(const U256& value) {
    if (value.is_zero()) {
        return "0x0";
    }
    std::string hex = to_hex(to_minimal_bytes(value));
    return hex[2] == '0' ? hex.erase(2, 1) : hex;
}

std::optional<U256> u256_from_quantity(std::string_view text) {
    if (!text.starts_with("0x") || text.size() < 3 || text.size() > 66 || (text.size() > 3 && text[2] == '0')) {
        return std::nullopt;
    }
    const std::string padded = (text.size() % 2 == 0 ? "" : "0") + std::string(text.substr(2));
    const auto bytes = bytes_from_hex(padded);
    // bytes_from_hex itself accepts a prefix; "0x0x12" must not pass as one.
    if (!bytes || bytes->size() * 2 != padded.size()) {
        return std::nullopt;
    }
    return u256_from_bytes(*bytes);
}

}  // namespace cone::eth
