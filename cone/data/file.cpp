// POSIX files.
// SPDX-License-Identifier: Apache-2.0
#include "cone/data/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "cone/base/errors.hpp"

namespace cone::data {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* call) {
    throw EnvironmentError(path.string() + ": " + call + ": " + std::generic_category().message(errno),
                           "check free space and permissions");
}

/// A file descriptor that is closed on every way out.
class Descriptor {
public:
    Descriptor(const std::filesystem::path& path, int flags) : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (fd_ < 0) {
            fail(path_, "open");
        }
    }
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    void write(ByteSpan bytes) const {
        while (!bytes.empty()) {
            const auto done = ::write(fd_, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) {
                fail(path_, "write");
            }
            bytes = bytes.subspan(done < 0 ? 0 : static_cast<std::size_t>(done));
        }
    }
    void sync() const {
        if (::fsync(fd_) != 0) {
            fail(path_, "fsync");
        }
    }

private:
    std::filesystem::path path_;
    int fd_;
};

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    return path.string() + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
}

}  // namespace

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open() || in.bad()) {
        throw DataError(path.string() + ": cannot read the file");
    }
    return bytes;
}

void write_file_atomically(const std::filesystem::path& path, ByteSpan bytes) {
    const auto temporary = temporary_beside(path);
    try {
        const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
        file.write(bytes);
        file.sync();
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        fail(path, "rename");
    }
    Descriptor(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace cone::data
