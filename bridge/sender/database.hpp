// SQLite as values and exceptions: a connection, a statement, a transaction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cone/base/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace cone::sender {

/// When a commit is on the disk. A process that dies loses no commit of either kind; a machine that does loses none that was
/// synced, nor any before it: there is one log, in order.
enum class Sync : std::uint8_t {
    Now,    ///< before `commit` returns (synchronous FULL)
    Later,  ///< with the next that is synced now (synchronous NORMAL)
};

/// One connection in WAL mode. All functions throw EnvironmentError with the file, SQLite's words and what to do; DataError when
/// the file is damaged or no database.
class Database {
public:
    /// Creates the file when it is not there; its folder must be.
    explicit Database(const std::filesystem::path& file);

    /// Statements without a result.
    void run(const char* sql);
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    [[noreturn]] void fail(int code, const std::string& doing) const;

private:
    friend class Statement;
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::filesystem::path file_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement: bind in order, then step through the rows. Columns count from 0.
class Statement {
public:
    Statement(Database& database, const char* sql);
    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);
    Statement& bind(ByteSpan bytes);
    /// False after the last row.
    bool step();
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes bytes(int column) const;

private:
    void check(int code);
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    Database& database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int bound_ = 0;
};

/// All or nothing: rolled back unless `commit` returned.
class Transaction {
public:
    Transaction(Database& database, Sync sync);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

private:
    Database& database_;
    bool open_ = true;
};

}  // namespace cone::sender
