// open, fstat, read; create, write, fsync.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/eth/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cone/base/errors.hpp"

namespace cone::eth {
namespace {

/// An open file that is closed again.
class File {
public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { ::close(fd_); }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

std::string named(const std::string& what, const std::filesystem::path& path) {
    return what + " '" + path.string() + "'";
}

void check_private(const struct stat& info, const std::string& name, const std::string& fix) {
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw ConfigError(name + " is open to others than its owner", fix);
    }
}

/// Up to the end; nothing when there is more than `buffer` takes, or reading fails.
std::optional<std::size_t> read_all(int fd, std::span<std::uint8_t> buffer) {
    std::size_t size = 0;
    for (;;) {
        std::uint8_t one_more = 0;
        const bool full = size == buffer.size();
        const ssize_t got = full ? ::read(fd, &one_more, 1) : ::read(fd, buffer.data() + size, buffer.size() - size);
        if (got == 0) {
            return size;
        }
        if ((got < 0 && errno != EINTR) || (got > 0 && full)) {
            return std::nullopt;
        }
        size += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
}

Secret read_bounded(int fd, const std::string& name, std::size_t most) {
    Secret content(most);
    const auto size = read_all(fd, content.span());
    if (!size) {
        throw ConfigError(name + " cannot be read, or is longer than " + std::to_string(most) + " bytes");
    }
    content.shorten(*size);
    return content;
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
    return ::fsync(fd) == 0;
}

}  // namespace

void Secret::shorten(std::size_t size) {
    CONE_ASSERT(size <= bytes_.size(), "a secret never grows");
    wipe(span().subspan(size));
    bytes_.resize(size);
}

void Secret::drop_line_end() {
    for (const std::uint8_t end : {std::uint8_t{'\n'}, std::uint8_t{'\r'}}) {
        if (!bytes_.empty() && bytes_.back() == end) {
            bytes_.pop_back();
        }
    }
}

Secret read_private_file(const std::filesystem::path& path, const std::string& what, std::size_t most) {
    const std::string name = named(what, path);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        throw ConfigError(name + " cannot be opened: " + std::strerror(errno), "it must exist and not be a link");
    }
    const File file(fd);
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        throw ConfigError(name + " is not a regular file");
    }
    check_private(info, name, "chmod 600 '" + path.string() + "'");
    return read_bounded(fd, name, most);
}

void write_private_file(const std::filesystem::path& path, const std::string& what, std::string_view text) {
    const std::string name = named(what, path);
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0 && errno == EEXIST) {
        throw ConfigError(name + " is there already", "keys are never overwritten: name another file");
    }
    if (fd < 0) {
        throw EnvironmentError(name + " cannot be made: " + std::strerror(errno));
    }
    const File file(fd);
    if (!write_all(fd, text)) {
        const std::string why = std::strerror(errno);
        ::unlink(path.c_str());
        throw EnvironmentError(name + " cannot be written: " + why);
    }
}

Secret read_descriptor(int descriptor, const std::string& what, std::size_t most) {
    const std::string name = what + " on descriptor " + std::to_string(descriptor);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0) {
        throw ConfigError(name + ": it is not open", "open it in the shell: 3< FILE");
    }
    if (S_ISREG(info.st_mode)) {
        check_private(info, name, "chmod 600 the file");
    }
    Secret content = read_bounded(descriptor, name, most);
    content.drop_line_end();
    return content;
}

}  // namespace cone::eth
