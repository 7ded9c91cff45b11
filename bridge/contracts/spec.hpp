// A function, event or error as Solidity declares it, with the names of its arguments: "BidTooLow(uint256 bidWei,uint256
// leastWei)". SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/eth/abi.hpp"
#include "bridge/eth/abi_type.hpp"

namespace cone::contracts {

struct Parameter {
    std::string name;
    eth::AbiType type;
    bool indexed = false;     ///< of an event: stands in a topic, not in the data
    std::string enumeration;  ///< the enum's name when it is one, to the ABI a uint8; else empty
};

struct Spec {
    std::string name;
    std::vector<Parameter> parameters;

    /// The text whose hash is the selector or topic: types only.
    [[nodiscard]] std::string signature() const;
    /// The types of the parameters that are indexed, or that are not, as a tuple.
    [[nodiscard]] eth::AbiType types(bool indexed) const;
};

/// Reads a declaration of ours. CONE_ASSERT: it parses, and each parameter has a type and a name.
[[nodiscard]] Spec parse_spec(std::string_view declaration);

/// A decoded argument by its name.
struct Argument {
    std::string name;
    eth::AbiValue value;
    std::string enumeration;  ///< as in Parameter
    bool operator==(const Argument&) const = default;
};

/// For people: numbers in decimal, addresses with checksum, hashes in full, lists in brackets.
[[nodiscard]] std::string to_text(const eth::AbiValue& value);
/// "Name(a=1, state=Running, b=0x...)": enums by name.
[[nodiscard]] std::string to_text(std::string_view name, const std::vector<Argument>& arguments);

}  // namespace cone::contracts
