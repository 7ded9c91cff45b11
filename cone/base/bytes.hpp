// Byte strings, 32-byte hashes and 20-byte addresses as types, and their hexadecimal form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cone {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// A fixed number of bytes that is a value of its own kind: `Tag` keeps hashes and addresses apart.
template <std::size_t Size, class Tag>
struct FixedBytes {
    static constexpr std::size_t kSize = Size;
    std::array<std::uint8_t, Size> bytes{};

    [[nodiscard]] constexpr ByteSpan span() const { return {bytes.data(), Size}; }
    [[nodiscard]] constexpr bool is_zero() const { return bytes == std::array<std::uint8_t, Size>{}; }
    auto operator<=>(const FixedBytes&) const = default;
};

/// A Keccak-256 hash: digest, root, seed, commitment.
using Hash32 = FixedBytes<32, struct Hash32Tag>;
/// An Ethereum account; names buyers, sellers, executors and contracts.
using Address = FixedBytes<20, struct AddressTag>;

/// Lower-case hexadecimal with the prefix `0x`.
[[nodiscard]] std::string to_hex(ByteSpan bytes);

template <std::size_t Size, class Tag>
[[nodiscard]] std::string to_hex(const FixedBytes<Size, Tag>& value) {
    return to_hex(value.span());
}

/// Reads hexadecimal of either case, with or without `0x`. Nothing on odd length or a foreign character.
[[nodiscard]] std::optional<Bytes> bytes_from_hex(std::string_view text);

/// Reads exactly `Fixed::kSize` bytes of hexadecimal; nothing if the length differs.
template <class Fixed>
[[nodiscard]] std::optional<Fixed> fixed_from_hex(std::string_view text) {
    const auto bytes = bytes_from_hex(text);
    if (!bytes || bytes->size() != Fixed::kSize) {
        return std::nullopt;
    }
    Fixed value;
    std::copy(bytes->begin(), bytes->end(), value.bytes.begin());
    return value;
}

/// Appends `value` big-endian in exactly `sizeof(Int)` bytes, as Solidity's `abi.encodePacked` does.
template <class Int>
void append_big_endian(Bytes& out, Int value) {
    for (std::size_t i = sizeof(Int); i-- > 0;) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

inline void append(Bytes& out, ByteSpan more) {
    out.insert(out.end(), more.begin(), more.end());
}

template <std::size_t Size, class Tag>
void append(Bytes& out, const FixedBytes<Size, Tag>& value) {
    append(out, value.span());
}

}  // namespace cone

template <std::size_t Size, class Tag>
struct std::hash<cone::FixedBytes<Size, Tag>> {
    std::size_t operator()(const cone::FixedBytes<Size, Tag>& value) const noexcept {
        std::size_t seed = 0;
        for (std::size_t i = 0; i < sizeof(seed); ++i) {
            seed = (seed << 8) | value.bytes[i];
        }
        return seed;
    }
};
