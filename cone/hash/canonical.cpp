// Little-endian, length-prefixed bytes out and, with every length distrusted, in.
// SPDX-License-Identifier: Apache-2.0
#include "cone/hash/canonical.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "cone/base/errors.hpp"

namespace cone::hash {
namespace {

template <class Int>
void append_little_endian(Bytes& out, Int value) {
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

template <class Int>
Int little_endian(ByteSpan bytes) {
    Int value = 0;
    for (std::size_t i = 0; i < sizeof(Int); ++i) {
        value = static_cast<Int>(value | (static_cast<Int>(bytes[i]) << (8 * i)));
    }
    return value;
}

[[noreturn]] void refuse(const std::string& document, std::size_t at, const std::string& problem) {
    throw DataError(document + ": byte " + std::to_string(at) + ": " + problem,
                    "the document is damaged or of another version");
}

}  // namespace

CanonicalWriter::CanonicalWriter(std::string_view document) {
    string(document);
}

void CanonicalWriter::u8(std::uint8_t value) {
    out_.push_back(value);
}
void CanonicalWriter::u32(std::uint32_t value) {
    append_little_endian(out_, value);
}
void CanonicalWriter::u64(std::uint64_t value) {
    append_little_endian(out_, value);
}
void CanonicalWriter::boolean(bool value) {
    out_.push_back(value ? 1 : 0);
}

void CanonicalWriter::f64(double value) {
    if (std::isnan(value)) {
        throw DataError("canonical document: NaN has no canonical bytes", "find out where the value was computed");
    }
    u64(std::bit_cast<std::uint64_t>(value));
}

void CanonicalWriter::string(std::string_view text) {
    u64(text.size());
    out_.insert(out_.end(), text.begin(), text.end());
}

void CanonicalWriter::bytes(ByteSpan value) {
    u64(value.size());
    raw(value);
}

void CanonicalWriter::raw(ByteSpan value) {
    append(out_, value);
}

CanonicalReader::CanonicalReader(ByteSpan data, std::string_view document) : document_(document), data_(data) {
    if (string(document.size()) != document) {
        refuse(document_, 0, "another document's name");
    }
}

ByteSpan CanonicalReader::raw(std::size_t length) {
    const std::size_t left = data_.size() - at_;
    if (length > left) {
        refuse(document_, at_, std::to_string(length) + " bytes expected, " + std::to_string(left) + " left");
    }
    const ByteSpan taken = data_.subspan(at_, length);
    at_ += length;
    return taken;
}

std::uint8_t CanonicalReader::u8() {
    return raw(1)[0];
}
std::uint32_t CanonicalReader::u32() {
    return little_endian<std::uint32_t>(raw(4));
}
std::uint64_t CanonicalReader::u64() {
    return little_endian<std::uint64_t>(raw(8));
}

bool CanonicalReader::boolean() {
    const std::uint8_t value = u8();
    if (value > 1) {
        refuse(document_, at_ - 1, "boolean is " + std::to_string(value) + ", must be 0 or 1");
    }
    return value == 1;
}

double CanonicalReader::f64() {
    const auto value = std::bit_cast<double>(u64());
    if (std::isnan(value)) {
        refuse(document_, at_ - 8, "NaN");
    }
    return value;
}

std::string CanonicalReader::string(std::size_t max_length) {
    const Bytes text = bytes(max_length);
    return {text.begin(), text.end()};
}

Bytes CanonicalReader::bytes(std::size_t max_length) {
    const std::size_t start = at_;
    const std::uint64_t length = u64();
    if (length > max_length) {
        refuse(document_, start, "length " + std::to_string(length) + " above the limit of " + std::to_string(max_length));
    }
    const ByteSpan value = raw(length);
    return {value.begin(), value.end()};
}

Hash32 CanonicalReader::hash() {
    Hash32 value;
    const ByteSpan bytes = raw(Hash32::kSize);
    std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
    return value;
}

std::uint64_t CanonicalReader::count(std::size_t min_element_size) {
    const std::size_t start = at_;
    const std::uint64_t elements = u64();
    const std::size_t most = (data_.size() - at_) / std::max<std::size_t>(min_element_size, 1);
    if (elements > most) {
        refuse(document_, start, std::to_string(elements) + " elements announced, room for " + std::to_string(most));
    }
    return elements;
}

void CanonicalReader::finish() const {
    if (at_ != data_.size()) {
        refuse(document_, at_, std::to_string(data_.size() - at_) + " bytes left over");
    }
}

}  // namespace cone::hash
