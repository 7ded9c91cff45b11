// RLP encoder and strict decoder.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/rlp.hpp"

#include <optional>
#include <utility>

namespace cone::eth {
namespace {

constexpr std::uint8_t kString = 0x80;
constexpr std::uint8_t kList = 0xc0;
constexpr std::size_t kShort = 55;

Bytes with_header(std::uint8_t base, ByteSpan payload) {
    Bytes out;
    if (payload.size() <= kShort) {
        out.push_back(static_cast<std::uint8_t>(base + payload.size()));
    } else {
        const Bytes length = to_minimal_bytes(U256(payload.size()));
        out.push_back(static_cast<std::uint8_t>(base + kShort + length.size()));
        append(out, length);
    }
    append(out, payload);
    return out;
}

/// One item's header: what it is and where its payload lies.
struct Header {
    bool is_list = false;
    ByteSpan payload;
    ByteSpan rest;
};

/// The payload length of a long form: `width` bytes, minimal, above 55.
Decoded<std::size_t, RlpError> long_length(ByteSpan input, std::size_t width) {
    if (input.size() < width) {
        return RlpError::Truncated;
    }
    if (input[0] == 0) {
        return RlpError::NotMinimalLength;
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < width; ++i) {
        length = (length << 8) | input[i];
    }
    if (length <= kShort) {
        return RlpError::NotMinimalLength;
    }
    return length;
}

Decoded<Header, RlpError> read_header(ByteSpan input) {
    if (input.empty()) {
        return RlpError::Truncated;
    }
    const std::uint8_t first = input[0];
    if (first < kString) {
        return Header{false, input.first(1), input.subspan(1)};
    }
    const bool is_list = first >= kList;
    const auto code = static_cast<std::size_t>(first - (is_list ? kList : kString));
    ByteSpan rest = input.subspan(1);
    std::size_t length = code;
    if (code > kShort) {
        const std::size_t width = code - kShort;
        const auto read = long_length(rest, width);
        if (!read) {
            return read.error();
        }
        length = *read;
        rest = rest.subspan(width);
    }
    if (length > rest.size()) {
        return RlpError::Truncated;
    }
    if (!is_list && length == 1 && rest[0] < kString) {
        return RlpError::NotMinimalByte;
    }
    return Header{is_list, rest.first(length), rest.subspan(length)};
}

/// Reads the item at the front of `input` and moves `input` behind it.
std::optional<RlpError> read_item(ByteSpan& input, std::size_t depth, RlpItem& item) {
    const auto header = read_header(input);
    if (!header) {
        return header.error();
    }
    input = header->rest;
    item.is_list = header->is_list;
    if (!item.is_list) {
        item.bytes.assign(header->payload.begin(), header->payload.end());
        return std::nullopt;
    }
    if (depth == kRlpMaxDepth) {
        return RlpError::TooDeep;
    }
    for (ByteSpan payload = header->payload; !payload.empty();) {
        if (const auto error = read_item(payload, depth + 1, item.items.emplace_back())) {
            return error;
        }
    }
    return std::nullopt;
}

}  // namespace

Bytes rlp_bytes(ByteSpan value) {
    if (value.size() == 1 && value[0] < kString) {
        return {value[0]};
    }
    return with_header(kString, value);
}

Bytes rlp_uint(const U256& value) {
    return rlp_bytes(to_minimal_bytes(value));
}

Bytes rlp_list(const std::vector<Bytes>& encoded_items) {
    Bytes payload;
    for (const Bytes& item : encoded_items) {
        append(payload, item);
    }
    return with_header(kList, payload);
}

Bytes rlp_encode(const RlpItem& item) {
    if (!item.is_list) {
        return rlp_bytes(item.bytes);
    }
    std::vector<Bytes> encoded;
    for (const RlpItem& child : item.items) {
        encoded.push_back(rlp_encode(child));
    }
    return rlp_list(encoded);
}

Decoded<RlpItem, RlpError> rlp_decode(ByteSpan input) {
    RlpItem item;
    if (const auto error = read_item(input, 0, item)) {
        return *error;
    }
    if (!input.empty()) {
        return RlpError::TrailingBytes;
    }
    return item;
}

}  // namespace cone::eth
