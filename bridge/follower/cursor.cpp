// The cursor's file: written so that a crash leaves a whole one, read so that a damaged one is refused.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/follower/cursor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string>

#include "cone/base/errors.hpp"

namespace cone::follower {
namespace {

constexpr const char* kFirstLine = "cone.cursor/1";

[[noreturn]] void cannot(const std::string& what, const std::filesystem::path& file) {
    throw EnvironmentError("cannot " + what + " " + file.string() + ": " + std::strerror(errno));
}

class File {
public:
    File(const std::filesystem::path& path, int flags) : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (fd_ < 0) {
            cannot("open", path_);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(fd_); }

    void write(const std::string& text) {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t wrote = ::write(fd_, text.data() + done, text.size() - done);
            if (wrote < 0) {
                cannot("write", path_);
            }
            done += static_cast<std::size_t>(wrote);
        }
    }
    void sync() {
        if (::fsync(fd_) != 0) {
            cannot("sync", path_);
        }
    }

private:
    const std::filesystem::path& path_;
    int fd_;
};

std::string text_of(const Ring& ring) {
    std::string text = std::string(kFirstLine) + "\n";
    for (const BlockRef& block : ring) {
        text += std::to_string(block.number) + " " + to_hex(block.hash) + "\n";
    }
    return text;
}

std::optional<BlockRef> block_from(const std::string& line) {
    BlockRef block;
    const char* end = line.data() + line.size();
    const auto [rest, error] = std::from_chars(line.data(), end, block.number);
    if (error != std::errc() || rest == end || *rest != ' ' || !std::string_view(rest + 1, end).starts_with("0x")) {
        return std::nullopt;
    }
    const auto hash = fixed_from_hex<Hash32>(std::string_view(rest + 1, end));
    block.hash = hash.value_or(Hash32{});
    return hash ? std::optional(block) : std::nullopt;
}

}  // namespace

void save_cursor(const std::filesystem::path& file, const Ring& ring) {
    std::filesystem::path temporary = file;
    temporary += ".new";
    {
        File out(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        out.write(text_of(ring));
        out.sync();
    }
    if (::rename(temporary.c_str(), file.c_str()) != 0) {
        cannot("rename to", file);
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    File(folder, O_RDONLY | O_DIRECTORY).sync();
}

std::optional<Ring> load_cursor(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        return std::nullopt;
    }
    std::ifstream in(file);
    Ring ring;
    std::string line;
    const auto damaged = [&](std::size_t number) {
        return DataError(file.string() + " is damaged in line " + std::to_string(number),
                         "delete it to read from the start again");
    };
    // A line counts only with its line end: without, it was cut.
    if (!std::getline(in, line) || in.eof() || line != kFirstLine) {
        throw damaged(1);
    }
    while (std::getline(in, line)) {
        const auto block = block_from(line);
        if (!block || in.eof() || (!ring.empty() && block->number != ring.back().number + 1)) {
            throw damaged(ring.size() + 2);
        }
        ring.push_back(*block);
    }
    return ring;
}

}  // namespace cone::follower
