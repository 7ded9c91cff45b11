// A disk under SQLite that fails when a test says so: full, read-only, or a process that dies in the middle of a write.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace cone::test {

/// SQLite's default file system while the object lives. One at a time.
class FaultyDisk {
public:
    FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    bool careless = false;           ///< does not wait for the disk: for tests that write much
    bool full = false;               ///< writes fail with SQLITE_FULL
    bool read_only = false;          ///< files opened from now on cannot be written
    int syncs = 0;                   ///< how often somebody waited for the disk
    std::function<void()> on_write;  ///< before each write to any file
};

}  // namespace cone::test
