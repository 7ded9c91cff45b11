// Files that only their owner may read, and memory that is overwritten when it is given back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/eth/key.hpp"
#include "cone/base/bytes.hpp"

namespace cone::eth {

/// Bytes that nobody finds again: overwritten at the end. Move-only, never grows (growing would leave a copy behind).
class Secret {
public:
    explicit Secret(std::size_t size) : bytes_(size) {}
    explicit Secret(ByteSpan copied) : bytes_(copied.begin(), copied.end()) {}
    Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Secret& operator=(Secret&& other) noexcept {
        wipe(bytes_);
        bytes_ = std::exchange(other.bytes_, {});
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(bytes_); }

    [[nodiscard]] std::span<std::uint8_t> span() { return bytes_; }
    [[nodiscard]] ByteSpan span() const { return bytes_; }
    [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
    /// Keeps the first `size` bytes, which are no more than there are.
    void shorten(std::size_t size);
    /// Cuts one line end ("\n" or "\r\n") off.
    void drop_line_end();

private:
    Bytes bytes_;
};

/// The whole file. Throws ConfigError, calling the file `what` ("key file"), when it is missing, a link, no regular file, open to
/// others than its owner, or larger than `most` bytes; never quotes what it holds.
[[nodiscard]] Secret read_private_file(const std::filesystem::path& path, const std::string& what, std::size_t most);

/// Makes a new file, mode 0600, and returns when it is on disk. Throws ConfigError when there is one of that name, and
/// EnvironmentError when it cannot be written.
void write_private_file(const std::filesystem::path& path, const std::string& what, std::string_view text);

/// What can be read from an open descriptor up to its end, at most `most` bytes, without its line end. A regular file must be
/// its owner's alone. Throws ConfigError, calling it `what`.
[[nodiscard]] Secret read_descriptor(int descriptor, const std::string& what, std::size_t most);

}  // namespace cone::eth
