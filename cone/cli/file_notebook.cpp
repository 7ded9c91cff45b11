// POSIX: append, fsync, and only then go on.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/file_notebook.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "cone/base/errors.hpp"
#include "cone/data/file.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::cli {
namespace {

constexpr std::size_t kLength = 4;
constexpr std::size_t kLengthSum = 4;
constexpr std::size_t kNoteSum = 8;
constexpr std::size_t kHead = kLength + kLengthSum + kNoteSum;

[[noreturn]] void fail(const std::filesystem::path& file, const char* call) {
    throw EnvironmentError(file.string() + ": " + call + ": " + std::generic_category().message(errno),
                           "check free space and permissions");
}

bool starts_with_sum_of(ByteSpan sum, ByteSpan data) {
    const Hash32 whole = hash::keccak256(data);
    return std::equal(sum.begin(), sum.end(), whole.bytes.begin());
}

Bytes framed(ByteSpan note) {
    Bytes out;
    for (unsigned shift = 0; shift < 8 * kLength; shift += 8) {
        out.push_back(static_cast<std::uint8_t>(note.size() >> shift));
    }
    const Hash32 length_sum = hash::keccak256(out);
    const Hash32 note_sum = hash::keccak256(note);
    out.insert(out.end(), length_sum.bytes.begin(), length_sum.bytes.begin() + kLengthSum);
    out.insert(out.end(), note_sum.bytes.begin(), note_sum.bytes.begin() + kNoteSum);
    out.insert(out.end(), note.begin(), note.end());
    return out;
}

std::size_t length_of(ByteSpan head) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLength; ++i) {
        length |= std::size_t{head[i]} << (8 * i);
    }
    return length;
}

/// The notes in `bytes`; `end` is where the last whole one ends.
std::vector<node::Note> read_notes(const std::filesystem::path& file, ByteSpan bytes, std::size_t& end) {
    std::vector<node::Note> notes;
    const auto damaged = [&] {
        return DataError(file.string() + " is damaged at byte " + std::to_string(end),
                         "restore the file, or move it away and lose the votes it holds");
    };
    for (end = 0; bytes.size() - end >= kHead;) {
        const ByteSpan head = bytes.subspan(end, kHead);
        if (!starts_with_sum_of(head.subspan(kLength, kLengthSum), head.first(kLength))) {
            throw damaged();
        }
        const ByteSpan rest = bytes.subspan(end + kHead);
        const std::size_t length = length_of(head);
        if (length > rest.size()) {
            break;
        }
        if (!starts_with_sum_of(head.last(kNoteSum), rest.first(length))) {
            throw damaged();
        }
        notes.push_back(node::decode_note(rest.first(length)));
        end += kHead + length;
    }
    return notes;
}

void sync_folder(const std::filesystem::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    ::close(fd);
    if (!synced) {
        fail(folder, "fsync");
    }
}

}  // namespace

FileNotebook::FileNotebook(const std::filesystem::path& file, Millis patience) : file_(file) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    fd_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd_ < 0) {
        fail(file, "open");
    }
    try {
        lock(patience);
        sync_folder(file.parent_path());
        const Bytes bytes = data::read_file(file);
        before_ = read_notes(file, bytes, size_);
        drop_tail();
    } catch (...) {
        ::close(fd_);
        throw;
    }
}

FileNotebook::~FileNotebook() {
    ::close(fd_);
}

/// Where the file system has no locks there is none, as before.
void FileNotebook::lock(Millis patience) {
    constexpr Millis kStep{50};
    for (Millis waited{0}; ::flock(fd_, LOCK_EX | LOCK_NB) != 0; waited += kStep) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return;
        }
        if (waited >= patience) {
            throw EnvironmentError("another process has " + file_.string() + " open", "stop that one first");
        }
        std::this_thread::sleep_for(kStep);
    }
}

void FileNotebook::drop_tail() {
    if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) {
        fail(file_, "ftruncate");
    }
}

void FileNotebook::keep(const node::Note& note) {
    const Bytes bytes = framed(node::encode(note));
    try {
        append(bytes);
    } catch (const EnvironmentError&) {
        drop_tail();  // or the next note would stand behind half a one
        throw;
    }
    size_ += bytes.size();
}

void FileNotebook::append(ByteSpan bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(fd_, bytes.data(), bytes.size());
        if (wrote < 0 && errno != EINTR) {
            fail(file_, "write");
        }
        bytes = bytes.subspan(wrote < 0 ? 0 : static_cast<std::size_t>(wrote));
    }
    if (::fsync(fd_) != 0) {
        fail(file_, "fsync");
    }
}

std::filesystem::path notebook_path(const std::filesystem::path& folder, const Hash32& job_seed, const std::string& who) {
    return folder / ("notes-" + to_hex(job_seed).substr(2, 16)) / who;
}

}  // namespace cone::cli
