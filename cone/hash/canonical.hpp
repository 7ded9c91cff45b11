// Canonical bytes: the only form of a document that is ever hashed (docs/protocol.md 2.6).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cone/base/bytes.hpp"

namespace cone::hash {

/// Appends fields little-endian and length-prefixed. Starts with the document's name, e.g. "cone.job-spec/1".
class CanonicalWriter {
public:
    explicit CanonicalWriter(std::string_view document);

    void u8(std::uint8_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void boolean(bool value);
    /// IEEE-754 binary64. Throws DataError on NaN.
    void f64(double value);
    void string(std::string_view text);
    void bytes(ByteSpan value);  ///< u64 length, then the bytes
    void raw(ByteSpan value);    ///< the bytes alone: fixed-size fields and tensor values
    void hash(const Hash32& value) { raw(value.span()); }

    [[nodiscard]] const Bytes& result() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

/// Reads what CanonicalWriter wrote. Hostile input: every getter throws DataError (document, offset, what was expected) on
/// truncation, a length above what is left, a bad boolean, NaN; `finish` throws on bytes left over.
class CanonicalReader {
public:
    /// Throws DataError when the bytes do not begin with `document`.
    CanonicalReader(ByteSpan data, std::string_view document);

    [[nodiscard]] std::uint8_t u8();
    [[nodiscard]] std::uint32_t u32();
    [[nodiscard]] std::uint64_t u64();
    [[nodiscard]] bool boolean();
    [[nodiscard]] double f64();
    [[nodiscard]] std::string string(std::size_t max_length = 4096);
    [[nodiscard]] Bytes bytes(std::size_t max_length);
    [[nodiscard]] ByteSpan raw(std::size_t length);
    [[nodiscard]] Hash32 hash();
    /// A count of elements of at least `min_element_size` bytes: refused when they cannot fit into what is left.
    [[nodiscard]] std::uint64_t count(std::size_t min_element_size);
    void finish() const;

private:
    std::string document_;
    ByteSpan data_;
    std::size_t at_ = 0;
};

}  // namespace cone::hash
