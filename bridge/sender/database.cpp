// The C interface of SQLite, each code checked.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/database.hpp"

#include <sqlite3.h>

#include "cone/base/errors.hpp"

namespace cone::sender {
namespace {

constexpr int kBusyMs = 2'000;  ///< another connection is in the middle of a write

bool means_damage(int code) {
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

const char* what_to_do(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return "free space on its disk, then start again: nothing was lost";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_AUTH:
            return "make the file and its folder writable for this user, or set another folder with output.dir";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "another process writes to it: one bridge a key";
        default:
            return "check its disk, then start again: nothing was lost";
    }
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const noexcept {
    sqlite3_close_v2(handle);
}

Database::Database(const std::filesystem::path& file) : file_(file) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) {
        fail(code, "open");
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, kBusyMs);
    run("PRAGMA journal_mode = WAL");
}

void Database::run(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code, "use");
    }
}

void Database::fail(int code, const std::string& doing) const {
    const std::string why = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    if (means_damage(code)) {
        throw DataError(
            "the journal " + file_.string() + " is damaged: " + why,
            "keep a copy; 'sqlite3 FILE .recover' shows what is left; the bridge sends nothing until it is moved away");
    }
    throw EnvironmentError("cannot " + doing + " the journal " + file_.string() + ": " + why, what_to_do(code));
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite3_finalize(handle);
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v2(database.handle_.get(), sql, -1, &prepared, nullptr));
    handle_.reset(prepared);
}

Statement& Statement::bind(std::int64_t value) {
    check(sqlite3_bind_int64(handle_.get(), ++bound_, value));
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    check(sqlite3_bind_text64(handle_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(ByteSpan bytes) {
    static constexpr std::uint8_t kNothing = 0;  // a null pointer would bind NULL
    check(
        sqlite3_bind_blob64(handle_.get(), ++bound_, bytes.empty() ? &kNothing : bytes.data(), bytes.size(), SQLITE_TRANSIENT));
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) {
        return true;
    }
    check(code == SQLITE_DONE ? SQLITE_OK : code);
    return false;
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
    const Bytes read = bytes(column);
    return {read.begin(), read.end()};
}

Bytes Statement::bytes(int column) const {
    const auto* first = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return first == nullptr ? Bytes{} : Bytes(first, first + size);
}

void Statement::check(int code) {
    if (code != SQLITE_OK) {
        database_.fail(code, "write");
    }
}

Transaction::Transaction(Database& database, Sync sync) : database_(database) {
    database_.run(sync == Sync::Now ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (open_) {
        try {
            database_.run("ROLLBACK");
        } catch (const Error&) {  // SQLite rolled it back itself; the first failure is being told
        }
    }
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

}  // namespace cone::sender
