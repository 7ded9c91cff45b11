// Solidity's ABI encoding of values (ABI specification, "Formal Specification of the Encoding").
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bridge/eth/abi_type.hpp"
#include "bridge/eth/decoded.hpp"
#include "bridge/eth/u256.hpp"
#include "cone/base/bytes.hpp"

namespace cone::eth {

struct AbiValue;
using AbiValues = std::vector<AbiValue>;

/// One value: U256 for integers and bool (0 or 1), Bytes for `bytes` and `bytesN`, AbiValues for arrays and tuples.
struct AbiValue : std::variant<U256, Address, Bytes, std::string, AbiValues> {
    using variant::variant;
    AbiValue(const Hash32& word) : variant(Bytes(word.bytes.begin(), word.bytes.end())) {}
    AbiValue(std::uint64_t number) : variant(U256(number)) {}

    // In one place: inlined everywhere they cost build time, and gcc 12 warns of Boost's integer in them without cause.
    AbiValue(const AbiValue& other);
    AbiValue(AbiValue&& other) noexcept;
    AbiValue& operator=(const AbiValue& other);
    AbiValue& operator=(AbiValue&& other) noexcept;
    ~AbiValue();
};

enum class AbiError : std::uint8_t {
    Truncated,    ///< an offset, length or word points outside
    OutOfRange,   ///< a word does not fit its type: high bits of a uint8, a bool of 2, dirty padding of a bytes4
    Overlapping,  ///< more is decoded than there are words: offsets point at the same bytes
    NotUtf8,      ///< a string that is none
};

/// The arguments of a call without the selector. CONE_ASSERT: the values fit `types`, a tuple.
[[nodiscard]] Bytes abi_encode(const AbiType& types, const AbiValues& values);

/// Reads values of `types`, a tuple. Hostile input: what is allocated is in proportion to `data`. Bytes behind the last value
/// are allowed, as Solidity allows them.
[[nodiscard]] Decoded<AbiValues, AbiError> abi_decode(const AbiType& types, ByteSpan data);

/// Selector and arguments. CONE_ASSERT: the signature parses and the values fit it.
[[nodiscard]] Bytes encode_call(std::string_view signature, const AbiValues& values);

}  // namespace cone::eth
