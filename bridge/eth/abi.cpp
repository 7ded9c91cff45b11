// ABI encoder and decoder: heads hold static values and offsets, tails hold what the offsets point at.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/abi.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "cone/base/errors.hpp"

namespace cone::eth {
namespace {

using Kind = AbiType::Kind;
constexpr std::size_t kWord = 32;

template <class T>
const T& get(const AbiValue& value) {
    const T* held = std::get_if<T>(&value);
    CONE_ASSERT(held != nullptr, "an ABI value is not of its type");
    return *held;
}

void append_word(Bytes& out, const U256& value) {
    const Word word = to_word(value);
    out.insert(out.end(), word.begin(), word.end());
}

void append_padded(Bytes& out, ByteSpan value) {
    append(out, value);
    out.resize((out.size() + kWord - 1) / kWord * kWord);
}

ByteSpan bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The types of an array's or tuple's members, in order.
struct Members {
    const AbiType& type;
    std::size_t count;
    [[nodiscard]] const AbiType& operator[](std::size_t i) const {
        return type.kind == Kind::Tuple ? type.parts[i] : type.parts.front();
    }
    [[nodiscard]] std::size_t head_words() const {
        std::size_t words = 0;
        for (std::size_t i = 0; i < (type.kind == Kind::Tuple ? count : 1); ++i) {
            words += (*this)[i].head_words();
        }
        return type.kind == Kind::Tuple ? words : words * count;
    }
};

void encode(const AbiType& type, const AbiValue& value, Bytes& out);

void encode_members(const Members& members, const AbiValues& values, Bytes& out) {
    CONE_ASSERT(values.size() == members.count, "wrong number of ABI values");
    Bytes tail;
    const std::size_t head_bytes = members.head_words() * kWord;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (members[i].is_dynamic()) {
            append_word(out, U256(head_bytes + tail.size()));
            encode(members[i], values[i], tail);
        } else {
            encode(members[i], values[i], out);
        }
    }
    append(out, tail);
}

void encode_word(const AbiType& type, const AbiValue& value, Bytes& out) {
    const std::size_t bits = type.kind == Kind::Bool ? 1 : type.size;
    const U256& number = get<U256>(value);
    CONE_ASSERT(bits >= 256 || (number >> static_cast<unsigned>(bits)).is_zero(), "a number does not fit its ABI type");
    append_word(out, number);
}

void encode_fixed_bytes(const AbiType& type, const Bytes& value, Bytes& out) {
    CONE_ASSERT(value.size() == type.size, "bytesN with another number of bytes");
    append_padded(out, value);
}

void encode_sized(ByteSpan value, Bytes& out) {
    append_word(out, U256(value.size()));
    append_padded(out, value);
}

void encode(const AbiType& type, const AbiValue& value, Bytes& out) {
    switch (type.kind) {
        case Kind::Uint:
        case Kind::Bool:
            return encode_word(type, value, out);
        case Kind::Address:
            return append_word(out, u256_from_bytes(get<Address>(value).span()));
        case Kind::FixedBytes:
            return encode_fixed_bytes(type, get<Bytes>(value), out);
        case Kind::Bytes:
            return encode_sized(get<Bytes>(value), out);
        case Kind::String:
            return encode_sized(bytes_of(get<std::string>(value)), out);
        case Kind::Array:
            append_word(out, U256(get<AbiValues>(value).size()));
            return encode_members({type, get<AbiValues>(value).size()}, get<AbiValues>(value), out);
        case Kind::FixedArray:
            return encode_members({type, type.size}, get<AbiValues>(value), out);
        case Kind::Tuple:
            return encode_members({type, type.parts.size()}, get<AbiValues>(value), out);
    }
}

bool is_continuation(std::uint8_t byte) {
    return (byte & 0xc0) == 0x80;
}

/// Length of the UTF-8 sequence that `text` starts with; 0 when it is none (overlong forms and surrogates are none).
std::size_t utf8_length(ByteSpan text) {
    const std::uint8_t first = text[0];
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) {
        return 0;
    }
    const std::uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < low || text[1] > high) {
        return 0;
    }
    const ByteSpan rest = text.subspan(2, length - 2);
    return std::all_of(rest.begin(), rest.end(), is_continuation) ? length : 0;
}

bool is_utf8(ByteSpan text) {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            return false;
        }
        text = text.subspan(length);
    }
    return true;
}

/// Thrown inside this file only; `abi_decode` turns it into a returned error.
struct Refusal {
    AbiError error;
};

/// Reads values of one blob.
class Reader {
public:
    explicit Reader(ByteSpan data) : data_(data), budget_(data.size() / kWord) {}

    /// Members whose heads start at `base`; offsets are relative to it.
    AbiValues members(const Members& types, std::size_t base) {
        AbiValues values;
        std::size_t head = base;
        for (std::size_t i = 0; i < types.count; ++i) {
            const std::size_t at = types[i].is_dynamic() ? checked_add(base, size_at(head)) : head;
            values.push_back(value(types[i], at));
            head += types[i].head_words() * kWord;
        }
        return values;
    }

private:
    AbiValue value(const AbiType& type, std::size_t at) {
        switch (type.kind) {
            case Kind::Uint:
                return number(at, type.size);
            case Kind::Bool:
                return number(at, 1);
            case Kind::Address:
                return address(at);
            case Kind::FixedBytes:
                return fixed_bytes(at, type.size);
            case Kind::Bytes: {
                const ByteSpan bytes = sized(at);
                return Bytes(bytes.begin(), bytes.end());
            }
            case Kind::String:
                return text(at);
            case Kind::Array:
                return array(type, at);
            case Kind::FixedArray:
                return members({type, type.size}, at);
            case Kind::Tuple:
                break;
        }
        return members({type, type.parts.size()}, at);
    }

    // A canonical encoding reads each word once; whoever needs more points twice at the same bytes.
    void spend(std::size_t words) {
        if (words > budget_) {
            throw Refusal{AbiError::Overlapping};
        }
        budget_ -= words;
    }

    static std::size_t checked_add(std::size_t a, std::size_t b) {
        if (b > SIZE_MAX - a) {
            throw Refusal{AbiError::Truncated};
        }
        return a + b;
    }

    ByteSpan take(std::size_t at, std::size_t bytes) {
        const std::size_t padded = checked_add(bytes, kWord - 1) / kWord * kWord;
        if (at > data_.size() || padded > data_.size() - at) {
            throw Refusal{AbiError::Truncated};
        }
        spend(padded / kWord);
        return data_.subspan(at, bytes);
    }

    U256 number(std::size_t at, std::size_t bits) {
        U256 result = u256_from_bytes(take(at, kWord));
        if (bits < 256 && !(result >> static_cast<unsigned>(bits)).is_zero()) {
            throw Refusal{AbiError::OutOfRange};
        }
        return result;
    }

    std::size_t size_at(std::size_t at) {
        const auto size = to_u64(number(at, 256));
        if (!size) {
            throw Refusal{AbiError::Truncated};
        }
        return *size;
    }

    Address address(std::size_t at) {
        const Word word = to_word(number(at, 160));
        Address result;
        std::copy(word.begin() + 12, word.end(), result.bytes.begin());
        return result;
    }

    Bytes fixed_bytes(std::size_t at, std::size_t size) {
        const ByteSpan word = take(at, kWord);
        if (std::any_of(word.begin() + static_cast<std::ptrdiff_t>(size), word.end(), [](std::uint8_t b) { return b != 0; })) {
            throw Refusal{AbiError::OutOfRange};
        }
        return {word.begin(), word.begin() + static_cast<std::ptrdiff_t>(size)};
    }

    ByteSpan sized(std::size_t at) {
        const std::size_t size = size_at(at);
        return take(at + kWord, size);
    }

    std::string text(std::size_t at) {
        const ByteSpan bytes = sized(at);
        if (!is_utf8(bytes)) {
            throw Refusal{AbiError::NotUtf8};
        }
        return {bytes.begin(), bytes.end()};
    }

    AbiValues array(const AbiType& type, std::size_t at) {
        const std::size_t count = size_at(at);
        // Every element has at least one word of head.
        if (count > data_.size() / kWord) {
            throw Refusal{AbiError::Truncated};
        }
        return members({type, count}, at + kWord);
    }

    ByteSpan data_;
    std::size_t budget_;
};

}  // namespace

AbiValue::AbiValue(const AbiValue& other) = default;
AbiValue::AbiValue(AbiValue&& other) noexcept = default;
AbiValue& AbiValue::operator=(const AbiValue& other) = default;
AbiValue& AbiValue::operator=(AbiValue&& other) noexcept = default;
AbiValue::~AbiValue() = default;

Bytes abi_encode(const AbiType& types, const AbiValues& values) {
    CONE_ASSERT(types.kind == Kind::Tuple, "arguments are a tuple");
    Bytes out;
    encode_members({types, types.parts.size()}, values, out);
    return out;
}

Decoded<AbiValues, AbiError> abi_decode(const AbiType& types, ByteSpan data) {
    CONE_ASSERT(types.kind == Kind::Tuple, "arguments are a tuple");
    try {
        return Reader(data).members({types, types.parts.size()}, 0);
    } catch (const Refusal& refusal) {
        return refusal.error;
    }
}

Bytes encode_call(std::string_view signature, const AbiValues& values) {
    const auto parsed = parse_abi_signature(signature);
    CONE_ASSERT(parsed.has_value(), "a signature of ours does not parse");
    const Selector head = selector(signature);
    Bytes out(head.begin(), head.end());
    append(out, abi_encode(parsed->arguments, values));
    return out;
}

}  // namespace cone::eth
