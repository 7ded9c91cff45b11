// RLP, Ethereum's encoding of nested byte strings (Yellow Paper, appendix B). Decoding takes only the canonical form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/eth/decoded.hpp"
#include "bridge/eth/u256.hpp"
#include "cone/base/bytes.hpp"

namespace cone::eth {

/// A byte string, or a list of items.
struct RlpItem {
    bool is_list = false;
    Bytes bytes;                 ///< of a byte string
    std::vector<RlpItem> items;  ///< of a list
    bool operator==(const RlpItem&) const = default;
};

enum class RlpError : std::uint8_t {
    Truncated,         ///< a length says more than there is
    TrailingBytes,     ///< something after the item
    NotMinimalLength,  ///< the long form for what fits the short one, or a length with leading zeros
    NotMinimalByte,    ///< a byte below 0x80 with a prefix
    TooDeep,           ///< more than kRlpMaxDepth lists inside each other
};

inline constexpr std::size_t kRlpMaxDepth = 32;

[[nodiscard]] Bytes rlp_bytes(ByteSpan value);
/// Integers are byte strings without leading zeros.
[[nodiscard]] Bytes rlp_uint(const U256& value);
/// A list over items that are already encoded.
[[nodiscard]] Bytes rlp_list(const std::vector<Bytes>& encoded_items);
[[nodiscard]] Bytes rlp_encode(const RlpItem& item);

/// Decodes exactly one item. Hostile input: never reads beyond it, allocates at most in proportion to it.
[[nodiscard]] Decoded<RlpItem, RlpError> rlp_decode(ByteSpan input);

}  // namespace cone::eth
