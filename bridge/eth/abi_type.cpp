// Parser and printer of ABI types: a recursive descent over the text.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/abi_type.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cone/hash/keccak.hpp"

namespace cone::eth {
namespace {

constexpr std::size_t kMaxNesting = 16;

bool consume(std::string_view& text, std::string_view token) {
    if (!text.starts_with(token)) {
        return false;
    }
    text.remove_prefix(token.size());
    return true;
}

/// A decimal number without leading zeros at the front of `text`; 0 when there is none.
std::size_t read_size(std::string_view& text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || text.front() == '0') {
        return 0;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

std::optional<AbiType> read_elementary(std::string_view& text) {
    if (consume(text, "uint")) {
        const std::size_t bits = read_size(text);
        return bits == 0 || bits > 256 || bits % 8 != 0 ? std::nullopt : std::optional(AbiType{AbiType::Kind::Uint, bits, {}});
    }
    if (consume(text, "bytes")) {
        const bool sized = !text.empty() && text.front() >= '0' && text.front() <= '9';
        if (!sized) {
            return AbiType{AbiType::Kind::Bytes, 0, {}};
        }
        const std::size_t bytes = read_size(text);
        return bytes == 0 || bytes > 32 ? std::nullopt : std::optional(AbiType{AbiType::Kind::FixedBytes, bytes, {}});
    }
    if (consume(text, "address")) {
        return AbiType{AbiType::Kind::Address, 0, {}};
    }
    if (consume(text, "bool")) {
        return AbiType{AbiType::Kind::Bool, 0, {}};
    }
    if (consume(text, "string")) {
        return AbiType{AbiType::Kind::String, 0, {}};
    }
    return std::nullopt;
}

std::optional<AbiType> read_type(std::string_view& text, std::size_t depth);

/// "(T,...)"; an empty one only where `allow_empty`, that is for argument lists.
std::optional<AbiType> read_tuple(std::string_view& text, std::size_t depth, bool allow_empty) {
    AbiType tuple{AbiType::Kind::Tuple, 0, {}};
    if (!consume(text, "(")) {
        return std::nullopt;
    }
    if (allow_empty && consume(text, ")")) {
        return tuple;
    }
    do {
        auto part = read_type(text, depth + 1);
        if (!part) {
            return std::nullopt;
        }
        tuple.parts.push_back(std::move(*part));
    } while (consume(text, ","));
    return consume(text, ")") ? std::optional(std::move(tuple)) : std::nullopt;
}

std::optional<AbiType> read_type(std::string_view& text, std::size_t depth) {
    if (depth > kMaxNesting) {
        return std::nullopt;
    }
    auto type = text.starts_with("(") ? read_tuple(text, depth, false) : read_elementary(text);
    while (type && consume(text, "[")) {
        AbiType array{AbiType::Kind::Array, 0, {std::move(*type)}};
        if (!consume(text, "]")) {
            array.kind = AbiType::Kind::FixedArray;
            array.size = text.empty() ? 0 : read_size(text);
            if (array.size == 0 || !consume(text, "]")) {
                return std::nullopt;
            }
        }
        if (++depth > kMaxNesting) {
            return std::nullopt;
        }
        type = std::move(array);
    }
    return type;
}

Hash32 hash_of(std::string_view text) {
    return hash::keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

bool AbiType::is_dynamic() const {
    switch (kind) {
        case AbiType::Kind::Bytes:
        case AbiType::Kind::String:
        case AbiType::Kind::Array:
            return true;
        case AbiType::Kind::FixedArray:
        case AbiType::Kind::Tuple:
            return std::any_of(parts.begin(), parts.end(), [](const AbiType& part) { return part.is_dynamic(); });
        default:
            return false;
    }
}

std::size_t AbiType::head_words() const {
    if (is_dynamic()) {
        return 1;
    }
    if (kind == AbiType::Kind::FixedArray) {
        return size * parts.front().head_words();
    }
    if (kind != AbiType::Kind::Tuple) {
        return 1;
    }
    std::size_t words = 0;
    for (const AbiType& part : parts) {
        words += part.head_words();
    }
    return words;
}

std::optional<AbiType> parse_abi_type(std::string_view text) {
    auto type = read_type(text, 0);
    return text.empty() ? type : std::nullopt;
}

std::string to_string(const AbiType& type) {
    switch (type.kind) {
        case AbiType::Kind::Uint:
            return "uint" + std::to_string(type.size);
        case AbiType::Kind::Bool:
            return "bool";
        case AbiType::Kind::Address:
            return "address";
        case AbiType::Kind::FixedBytes:
            return "bytes" + std::to_string(type.size);
        case AbiType::Kind::Bytes:
            return "bytes";
        case AbiType::Kind::String:
            return "string";
        case AbiType::Kind::Array:
            return to_string(type.parts.front()) + "[]";
        case AbiType::Kind::FixedArray:
            return to_string(type.parts.front()) + "[" + std::to_string(type.size) + "]";
        case AbiType::Kind::Tuple:
            break;
    }
    std::string text = "(";
    for (const AbiType& part : type.parts) {
        text += (text.size() > 1 ? "," : "") + to_string(part);
    }
    return text + ")";
}

std::optional<AbiSignature> parse_abi_signature(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == 0 || open == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view rest = text.substr(open);
    auto arguments = read_tuple(rest, 0, true);
    if (!arguments || !rest.empty()) {
        return std::nullopt;
    }
    return AbiSignature{std::string(text.substr(0, open)), std::move(*arguments)};
}

Selector selector(std::string_view signature) {
    const Hash32 hash = hash_of(signature);
    return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

Hash32 event_topic(std::string_view signature) {
    return hash_of(signature);
}

}  // namespace cone::eth
