// Solidity's ABI types as values, read from signatures such as "f(uint256,(address,bytes)[])".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cone/base/bytes.hpp"

namespace cone::eth {

struct AbiType {
    enum class Kind : std::uint8_t { Uint, Bool, Address, FixedBytes, Bytes, String, Array, FixedArray, Tuple };

    Kind kind = Kind::Uint;
    std::size_t size = 0;        ///< bits of Uint, bytes of FixedBytes, elements of FixedArray
    std::vector<AbiType> parts;  ///< the element type of an array, the components of a tuple

    /// Is its place in the head an offset into the tail?
    [[nodiscard]] bool is_dynamic() const;
    /// Words it takes in the head of what encloses it.
    [[nodiscard]] std::size_t head_words() const;
    bool operator==(const AbiType&) const = default;
};

/// Reads one canonical type. Nothing on aliases ("uint"), signed integers, empty tuples, "T[0]" or nesting above 16.
[[nodiscard]] std::optional<AbiType> parse_abi_type(std::string_view text);
/// The canonical text: what selectors are hashes of.
[[nodiscard]] std::string to_string(const AbiType& type);

/// A function, event or error by name with the types of its arguments.
struct AbiSignature {
    std::string name;
    AbiType arguments;  ///< a tuple, possibly empty
};

[[nodiscard]] std::optional<AbiSignature> parse_abi_signature(std::string_view text);

using Selector = std::array<std::uint8_t, 4>;

/// First four bytes of the hash of a canonical signature.
[[nodiscard]] Selector selector(std::string_view signature);
/// Topic 0 of an event: the whole hash.
[[nodiscard]] Hash32 event_topic(std::string_view signature);

}  // namespace cone::eth
