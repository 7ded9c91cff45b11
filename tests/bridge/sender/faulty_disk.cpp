// A VFS in front of the default one: SQLite's own way to put something between itself and the disk.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/sender/faulty_disk.hpp"

#include <sqlite3.h>

#include <cstring>
#include <stdexcept>

namespace cone::test {
namespace {

FaultyDisk* the_disk = nullptr;
sqlite3_vfs shim;
sqlite3_io_methods methods;
sqlite3_vfs* real = nullptr;

/// The real file lies right behind.
struct File {
    sqlite3_file base;
    [[nodiscard]] sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->inner();
}

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (the_disk->on_write) {
        the_disk->on_write();
    }
    return the_disk->full ? SQLITE_FULL : inner(file)->pMethods->xWrite(inner(file), data, size, at);
}

template <auto Member, class... Args>
auto pass(sqlite3_file* file, Args... args) {
    return (inner(file)->pMethods->*Member)(inner(file), args...);
}

void fill_methods() {
    using M = sqlite3_io_methods;
    methods = {};
    methods.iVersion = 2;
    methods.xClose = [](sqlite3_file* f) { return pass<&M::xClose>(f); };
    methods.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) { return pass<&M::xRead>(f, to, n, at); };
    methods.xWrite = write;
    methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return pass<&M::xTruncate>(f, n); };
    methods.xSync = [](sqlite3_file* f, int flags) {
        ++the_disk->syncs;
        return the_disk->careless ? SQLITE_OK : pass<&M::xSync>(f, flags);
    };
    methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return pass<&M::xFileSize>(f, n); };
    methods.xLock = [](sqlite3_file* f, int level) { return pass<&M::xLock>(f, level); };
    methods.xUnlock = [](sqlite3_file* f, int level) { return pass<&M::xUnlock>(f, level); };
    methods.xCheckReservedLock = [](sqlite3_file* f, int* held) { return pass<&M::xCheckReservedLock>(f, held); };
    methods.xFileControl = [](sqlite3_file* f, int op, void* arg) { return pass<&M::xFileControl>(f, op, arg); };
    methods.xSectorSize = [](sqlite3_file* f) { return pass<&M::xSectorSize>(f); };
    methods.xDeviceCharacteristics = [](sqlite3_file* f) { return pass<&M::xDeviceCharacteristics>(f); };
    methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
        return pass<&M::xShmMap>(f, page, size, extend, to);
    };
    methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) { return pass<&M::xShmLock>(f, offset, n, flags); };
    methods.xShmBarrier = [](sqlite3_file* f) { pass<&M::xShmBarrier>(f); };
    methods.xShmUnmap = [](sqlite3_file* f, int remove) { return pass<&M::xShmUnmap>(f, remove); };
}

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    if (the_disk->read_only) {
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    const int code = real->xOpen(real, name, inner(file), flags, out_flags);
    file->pMethods = inner(file)->pMethods != nullptr ? &methods : nullptr;
    return code;
}

}  // namespace

FaultyDisk::FaultyDisk() {
    if (the_disk != nullptr) {
        throw std::logic_error("one faulty disk at a time");
    }
    the_disk = this;
    real = sqlite3_vfs_find(nullptr);
    fill_methods();
    shim = *real;
    shim.pNext = nullptr;
    shim.zName = "cone-faulty";
    shim.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    shim.xOpen = open;
    sqlite3_vfs_register(&shim, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&shim);
    sqlite3_vfs_register(real, 1);
    the_disk = nullptr;
}

}  // namespace cone::test
