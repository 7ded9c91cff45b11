// Addresses as people read them, and where a new contract will stand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cone/base/bytes.hpp"

namespace cone::eth {

/// Mixed-case hexadecimal whose capitals are a checksum (EIP-55).
[[nodiscard]] std::string to_checksum(const Address& address);

/// Reads 0x and 40 digits: all lower case, all upper case, or with a right EIP-55 checksum. Nothing otherwise.
[[nodiscard]] std::optional<Address> address_from_text(std::string_view text);

/// The address of the contract that `creator` makes with its transaction number `nonce`.
[[nodiscard]] Address created_address(const Address& creator, std::uint64_t nonce);

}  // namespace cone::eth
