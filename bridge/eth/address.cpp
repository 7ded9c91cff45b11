// EIP-55 and contract addresses.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/address.hpp"

#include <algorithm>
#include <cctype>

#include "bridge/eth/rlp.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

bool has_lower(std::string_view digits) {
    return std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'a' && c <= 'f'; });
}

bool has_upper(std::string_view digits) {
    return std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
}

}  // namespace

std::string to_checksum(const Address& address) {
    std::string text = to_hex(address);
    const Hash32 hash = hash::keccak256({reinterpret_cast<const std::uint8_t*>(text.data()) + 2, text.size() - 2});
    for (std::size_t i = 0; i < 40; ++i) {
        const int nibble = (hash.bytes[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xf;
        char& digit = text[i + 2];
        if (nibble >= 8 && digit >= 'a') {
            digit = static_cast<char>(digit - 'a' + 'A');
        }
    }
    return text;
}

std::optional<Address> address_from_text(std::string_view text) {
    if (!text.starts_with("0x") || text.size() != 42) {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(2);
    const auto address = fixed_from_hex<Address>(digits);
    const bool mixed = has_lower(digits) && has_upper(digits);
    if (!address || (mixed && to_checksum(*address) != text)) {
        return std::nullopt;
    }
    return address;
}

Address created_address(const Address& creator, std::uint64_t nonce) {
    const Hash32 hash = hash::keccak256(rlp_list({rlp_bytes(creator.span()), rlp_uint(U256(nonce))}));
    Address address;
    std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.bytes.begin());
    return address;
}

}  // namespace cone::eth
