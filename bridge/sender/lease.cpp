// flock on the file, and a line in it that changes while its holder lives.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/lease.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "bridge/rpc/failure.hpp"

namespace cone::sender {
namespace {

constexpr const char* kFix = "make its folder writable for this user, or set another one with output.dir";

int open_file(const std::filesystem::path& file) {
    std::error_code ignored;  // the open below says why
    std::filesystem::create_directories(file.parent_path(), ignored);
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        throw EnvironmentError("cannot open the lease " + file.string() + ": " + std::strerror(errno), kFix);
    }
    return fd;
}

std::string who_we_are() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) {
        host = {"unknown"};
    }
    return "pid " + std::to_string(::getpid()) + " on " + host.data();
}

/// The line up to its end; a beat may be under way.
std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

Lease::Lease(std::filesystem::path file, const Clock& clock, rpc::Pause& pause, LeaseSettings settings)
    : file_(std::move(file)), clock_(clock), settings_(settings) {
    if (!try_lock()) {
        wait_for_it(pause);
    }
    write();
}

Lease::~Lease() {
    ::close(fd_);
}

/// A file that was replaced while we opened it is not the lease any more.
bool Lease::try_lock() {
    fd_ = open_file(file_);
    const bool locked = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    const int why_not = errno;
    if (locked && is_ours()) {
        return true;
    }
    ::close(fd_);
    fd_ = -1;
    if (!locked && why_not != EWOULDBLOCK && why_not != EINTR) {
        throw EnvironmentError("cannot lock the lease " + file_.string() + ": " + std::strerror(why_not),
                               "its file system must support locks: set another folder with output.dir");
    }
    return false;
}

void Lease::wait_for_it(rpc::Pause& pause) {
    const Deadline deadline = Deadline::in(clock_, settings_.patience);
    std::string seen = read();
    Millis changed_at = clock_.now();
    while (!try_lock()) {
        const Millis silent = clock_.now() - changed_at;
        if (const std::string now = read(); now != seen) {
            seen = now;
            changed_at = clock_.now();
        } else if (silent >= settings_.stale_after) {
            take_over();
            return;
        }
        if (deadline.passed(clock_)) {
            throw LeaseHeld("another bridge uses this key: " + first_line(seen) + " (lease " + file_.string() + ")");
        }
        if (!pause.wait(settings_.look_every)) {
            throw rpc::Stopped();
        }
    }
}

/// A new file under the old name: the holder's lock is on the old one.
void Lease::take_over() {
    std::filesystem::path fresh = file_;
    fresh += "." + std::to_string(::getpid());
    fd_ = open_file(fresh);
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0 || ::rename(fresh.c_str(), file_.c_str()) != 0) {
        throw EnvironmentError("cannot take over the lease " + file_.string() + ": " + std::strerror(errno), kFix);
    }
}

std::string Lease::read() const {
    const int fd = open_file(file_);
    std::array<char, 512> text{};
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    ::close(fd);
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

void Lease::write() {
    const std::string text = who_we_are() + "\nheartbeat " + std::to_string(++beats_) + "\n";
    if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
        throw EnvironmentError("cannot write the lease " + file_.string() + ": " + std::strerror(errno), kFix);
    }
    beaten_at_ = clock_.now();
}

bool Lease::is_ours() const {
    struct stat held {};
    struct stat named {};
    return ::fstat(fd_, &held) == 0 && ::stat(file_.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

void Lease::beat() {
    if (clock_.now() - beaten_at_ < settings_.beat_every) {
        return;
    }
    if (!is_ours()) {
        throw EnvironmentError("another bridge took over the lease " + file_.string() + " while this one stood still",
                               "one bridge a key: this one stops");
    }
    write();
}

}  // namespace cone::sender
