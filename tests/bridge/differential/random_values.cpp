// Random values and their text form for cast.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/differential/random_values.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cone::test {

using eth::AbiType;
using eth::AbiValue;
using eth::AbiValues;
using eth::U256;

Bytes Draw::bytes(std::size_t size) {
    Bytes out(size);
    for (auto& byte : out) {
        byte = static_cast<std::uint8_t>(below(256));
    }
    return out;
}

U256 Draw::u256(std::size_t max_bits) {
    const std::size_t bits = below(max_bits + 1);
    const U256 raw = eth::u256_from_bytes(bytes(32));
    return bits == 0 ? U256(0) : U256(raw >> static_cast<unsigned>(256 - bits));
}

Hash32 Draw::hash() {
    Hash32 out;
    const Bytes drawn = bytes(32);
    std::copy(drawn.begin(), drawn.end(), out.bytes.begin());
    return out;
}

Address Draw::address() {
    Address out;
    const Bytes drawn = bytes(20);
    std::copy(drawn.begin(), drawn.end(), out.bytes.begin());
    return out;
}

eth::SecretKey Draw::key(Hash32& secret) {
    for (;;) {
        secret = hash();
        if (auto key = eth::SecretKey::from_bytes(secret.bytes)) {
            return std::move(*key);
        }
    }
}

std::string Draw::text(std::size_t max_symbols) {
    constexpr std::array kSymbols{"a", "Z", "0", " ", ",", "(", "]", "-", "0x", "ä", "漢", "🙂"};
    std::string out;
    for (std::size_t n = below(max_symbols + 1); n > 0; --n) {
        out += kSymbols.at(below(kSymbols.size()));
    }
    return out;
}

eth::RlpItem Draw::rlp(int depth) {
    eth::RlpItem item;
    item.is_list = depth > 0 && below(2) == 0;
    if (!item.is_list) {
        constexpr std::array<std::size_t, 4> kSizes{2, 40, 70, 300};
        item.bytes = bytes(below(kSizes.at(below(kSizes.size()))));
        return item;
    }
    for (std::size_t n = below(5); n > 0; --n) {
        item.items.push_back(rlp(depth - 1));
    }
    return item;
}

AbiType Draw::abi_type(int depth) {
    using Kind = AbiType::Kind;
    const std::uint64_t kinds = depth > 0 ? 9 : 6;
    AbiType type{static_cast<Kind>(below(kinds)), 0, {}};
    switch (type.kind) {
        case Kind::Uint:
            type.size = 8 * (1 + below(32));
            break;
        case Kind::FixedBytes:
            type.size = 1 + below(32);
            break;
        case Kind::FixedArray:
            type.size = 1 + below(3);
            type.parts = {abi_type(depth - 1)};
            break;
        case Kind::Array:
            type.parts = {abi_type(depth - 1)};
            break;
        case Kind::Tuple:
            for (std::size_t n = 1 + below(4); n > 0; --n) {
                type.parts.push_back(abi_type(depth - 1));
            }
            break;
        default:
            break;
    }
    return type;
}

AbiValue Draw::abi_value(const AbiType& type) {
    using Kind = AbiType::Kind;
    const bool array = type.kind == Kind::Array || type.kind == Kind::FixedArray;
    switch (type.kind) {
        case Kind::Uint:
            return u256(type.size);
        case Kind::Bool:
            return U256(below(2));
        case Kind::Address:
            return address();
        case Kind::FixedBytes:
            return bytes(type.size);
        case Kind::Bytes:
            return bytes(below(80));
        case Kind::String:
            return text(30);
        default:
            break;
    }
    AbiValues values;
    const std::size_t count = type.kind == Kind::Array ? below(4) : array ? type.size : type.parts.size();
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(abi_value(array ? type.parts.front() : type.parts[i]));
    }
    return values;
}

eth::Transaction Draw::transaction() {
    eth::Transaction t;
    t.chain_id = 1 + below(std::uint64_t{1} << 40);
    t.nonce = static_cast<std::uint64_t>(u256(63));
    t.max_fee = u256(100);
    t.max_priority_fee = t.max_fee == 0 ? U256(0) : U256(t.max_fee - (t.max_fee >> static_cast<unsigned>(below(8))));
    t.gas_limit = static_cast<std::uint64_t>(u256(40));
    if (below(8) != 0) {
        t.to = address();
    }
    t.value = u256(200);
    t.data = bytes(below(200));
    for (std::size_t n = below(3); n > 0; --n) {
        eth::AccessListEntry& entry = t.access_list.emplace_back();
        entry.address = address();
        for (std::size_t slots = below(3); slots > 0; --slots) {
            entry.slots.push_back(hash());
        }
    }
    return t;
}

eth::Vote Draw::vote() {
    return {JobId(static_cast<std::uint64_t>(u256(64))),
            SegmentIndex(static_cast<std::uint32_t>(below(std::uint64_t{1} << 32))),
            AttemptIndex(static_cast<std::uint32_t>(below(std::uint64_t{1} << 32))), hash(), hash()};
}

std::string cast_text(const AbiType& type, const AbiValue& value) {
    using Kind = AbiType::Kind;
    if (type.kind == Kind::Bool) {
        return std::get<U256>(value) == 0 ? "false" : "true";
    }
    if (const auto* number = std::get_if<U256>(&value)) {
        return number->str();
    }
    if (const auto* address = std::get_if<Address>(&value)) {
        return to_hex(*address);
    }
    if (const auto* bytes = std::get_if<Bytes>(&value)) {
        return to_hex(*bytes);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return '"' + *text + '"';
    }
    const auto& values = std::get<AbiValues>(value);
    const bool tuple = type.kind == Kind::Tuple;
    std::string out = tuple ? "(" : "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        out += (i == 0 ? "" : ",") + cast_text(tuple ? type.parts[i] : type.parts.front(), values[i]);
    }
    return out + (tuple ? ")" : "]");
}

std::string cast_text(const eth::RlpItem& item) {
    if (!item.is_list) {
        return '"' + to_hex(item.bytes) + '"';
    }
    std::string out = "[";
    for (const eth::RlpItem& child : item.items) {
        out += (out.size() > 1 ? "," : "") + cast_text(child);
    }
    return out + "]";
}

}  // namespace cone::test
