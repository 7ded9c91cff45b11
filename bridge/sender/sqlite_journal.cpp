// Tables, checks and statements. Each public call is one SQLite transaction. What may never be forgotten (signed bytes, and that
// bytes may never be sent again) is on the disk when the call returns; what the chain can tell again (sent, mined, final) is there
// with the next, so that a transaction waits for the disk once.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/sqlite_journal.hpp"

#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/hash/keccak.hpp"

namespace cone::sender {
namespace {

constexpr std::int64_t kVersion = 1;

constexpr const char* kTables = R"(
CREATE TABLE owner(chain_id INTEGER NOT NULL, genesis BLOB NOT NULL, account BLOB NOT NULL, opening INTEGER NOT NULL);
CREATE TABLE intents(intent TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries(id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, nonce INTEGER NOT NULL,
  raw BLOB NOT NULL, intent TEXT NOT NULL, label TEXT NOT NULL, stage INTEGER NOT NULL, block_number INTEGER NOT NULL,
  block_hash BLOB NOT NULL, seal BLOB NOT NULL);
CREATE INDEX entries_by_nonce ON entries(nonce);
CREATE INDEX entries_by_intent ON entries(intent);
PRAGMA user_version = 1;)";

constexpr const char* kColumns =
    "SELECT hash, nonce, raw, intent, label, stage, block_number, block_hash, seal, id FROM entries ";

void append_sized(Bytes& out, ByteSpan part) {
    append_big_endian(out, static_cast<std::uint64_t>(part.size()));
    append(out, part);
}

ByteSpan bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A hash over everything that an entry says: a flipped bit anywhere is seen.
Hash32 seal_of(const JournalEntry& entry) {
    Bytes all;
    append_big_endian(all, entry.nonce);
    append(all, entry.signed_bytes.hash);
    append_sized(all, entry.signed_bytes.raw);
    append_sized(all, bytes_of(entry.intent));
    append_sized(all, bytes_of(entry.label));
    append_big_endian(all, static_cast<std::uint8_t>(entry.stage));
    append_big_endian(all, entry.block.number);
    append(all, entry.block.hash);
    return hash::keccak256(all);
}

/// Zero when the length is wrong: then the seal is, too.
template <class Fixed>
Fixed fixed_from(const Bytes& bytes) {
    Fixed value;
    if (bytes.size() == Fixed::kSize) {
        std::copy(bytes.begin(), bytes.end(), value.bytes.begin());
    }
    return value;
}

Stage stage_from(std::int64_t number) {
    return number >= 0 && number <= static_cast<std::int64_t>(Stage::Failed) ? static_cast<Stage>(number) : Stage::Intent;
}

DataError damaged(const std::filesystem::path& file, const std::string& what) {
    return DataError("the journal " + file.string() + " is damaged: " + what,
                     "keep a copy, move it away, and compare the account's transactions with the chain before you start again");
}

std::filesystem::path with_folder(const std::filesystem::path& file) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) {
        throw EnvironmentError("cannot make the journal's folder " + file.parent_path().string() + ": " + error.message(),
                               "make it writable for this user, or set another one with output.dir");
    }
    return file;
}

/// SQLite takes less than its own header for an empty file, and would start anew over what was lost.
std::filesystem::path not_cut(const std::filesystem::path& file) {
    constexpr std::uintmax_t kSmallestPage = 512;
    std::error_code missing;
    const auto size = std::filesystem::file_size(file, missing);
    if (!missing && size > 0 && size < kSmallestPage) {
        throw damaged(file, "it has " + std::to_string(size) + " bytes");
    }
    return file;
}

std::int64_t single_number(Database& database, const char* sql) {
    Statement statement(database, sql);
    return statement.step() ? statement.number(0) : 0;
}

}  // namespace

std::filesystem::path journal_path(const std::filesystem::path& folder, const JournalOwner& owner) {
    const std::string genesis = to_hex(owner.genesis).substr(2, 8);
    return folder / (to_hex(owner.account) + "-" + std::to_string(owner.chain_id) + "-" + genesis + ".journal");
}

SqliteJournal::SqliteJournal(const std::filesystem::path& file, const JournalOwner& owner)
    : database_(not_cut(with_folder(file))) {
    Transaction transaction(database_, Sync::Now);
    if (single_number(database_, "SELECT count(*) FROM sqlite_schema") == 0) {
        create(owner);
    }
    check_version();
    check_content();
    check_owner(owner);
    take_over();
    transaction.commit();
}

void SqliteJournal::create(const JournalOwner& owner) {
    database_.run(kTables);
    Statement insert(database_, "INSERT INTO owner VALUES(?, ?, ?, 0)");
    insert.bind(narrow<std::int64_t>(owner.chain_id)).bind(owner.genesis.span()).bind(owner.account.span()).step();
}

void SqliteJournal::check_version() {
    const auto version = single_number(database_, "PRAGMA user_version");
    if (version != kVersion) {
        throw DataError("the journal " + database_.file().string() + " has version " + std::to_string(version) +
                            "; this program writes version " + std::to_string(kVersion),
                        "finish its transactions with the program that wrote it, or move it away");
    }
}

void SqliteJournal::check_content() {
    Statement check(database_, "PRAGMA integrity_check(1)");
    if (!check.step() || check.text(0) != "ok") {
        throw damaged(file(), check.text(0));
    }
    (void)since(0);
}

void SqliteJournal::check_owner(const JournalOwner& owner) {
    Statement row(database_, "SELECT chain_id, genesis, account FROM owner");
    if (!row.step()) {
        throw damaged(file(), "it does not say whose it is");
    }
    const JournalOwner kept{static_cast<std::uint64_t>(row.number(0)), fixed_from<Hash32>(row.bytes(1)),
                            fixed_from<Address>(row.bytes(2))};
    if (kept != owner) {
        throw DataError("the journal " + database_.file().string() + " is of account " + to_hex(kept.account) + " on chain " +
                            std::to_string(kept.chain_id) + " with genesis " + to_hex(kept.genesis) + ", not of " +
                            to_hex(owner.account) + " on chain " + std::to_string(owner.chain_id) + " with genesis " +
                            to_hex(owner.genesis),
                        "use the node of that chain, or another journal");
    }
}

void SqliteJournal::take_over() {
    database_.run("UPDATE owner SET opening = opening + 1");
    opening_ = single_number(database_, "SELECT opening FROM owner");
}

/// INVARIANT: who was overtaken keeps nothing any more, hence signs and sends nothing new.
void SqliteJournal::require_ownership() {
    if (single_number(database_, "SELECT opening FROM owner") != opening_) {
        throw EnvironmentError("another process took over the journal " + database_.file().string(),
                               "one bridge a key: this one stops");
    }
}

void SqliteJournal::intend(const std::string& intent, const std::string& label) {
    Transaction transaction(database_, Sync::Later);
    require_ownership();
    Statement insert(database_, "INSERT OR IGNORE INTO intents VALUES(?, ?)");
    insert.bind(intent).bind(label).step();
    transaction.commit();
}

void SqliteJournal::append(const JournalEntry& entry) {
    Transaction transaction(database_, Sync::Now);
    require_ownership();
    for (const JournalEntry& same : select("WHERE nonce = ? ORDER BY id", narrow<std::int64_t>(entry.nonce))) {
        CONE_ASSERT(same.signed_bytes.hash != entry.signed_bytes.hash || same.abandoned(),
                    "what may still be mined is not signed again");
    }
    Statement insert(database_,
                     "INSERT INTO entries(hash, nonce, raw, intent, label, stage, block_number, block_hash, seal) "
                     "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(hash) DO UPDATE SET intent = excluded.intent, "
                     "label = excluded.label, stage = excluded.stage, block_number = excluded.block_number, "
                     "block_hash = excluded.block_hash, seal = excluded.seal");
    insert.bind(entry.signed_bytes.hash.span())
        .bind(narrow<std::int64_t>(entry.nonce))
        .bind(entry.signed_bytes.raw)
        .bind(entry.intent)
        .bind(entry.label)
        .bind(static_cast<std::int64_t>(entry.stage))
        .bind(narrow<std::int64_t>(entry.block.number))
        .bind(entry.block.hash.span())
        .bind(seal_of(entry).span())
        .step();
    transaction.commit();
}

void SqliteJournal::advance(const Hash32& transaction_hash, Stage stage, const rpc::BlockRef& block) {
    Transaction transaction(database_, Sync::Later);
    require_ownership();
    Statement find(database_, "SELECT nonce FROM entries WHERE hash = ?");
    CONE_ASSERT(find.bind(transaction_hash.span()).step(), "only what is in the journal gets further");
    auto versions = select("WHERE nonce = ? ORDER BY id", find.number(0));
    std::erase_if(versions, [](const JournalEntry& entry) { return entry.abandoned(); });
    sender::advance(versions, transaction_hash, stage, block);
    for (const JournalEntry& version : versions) {
        save_stage(version);
    }
    transaction.commit();
}

void SqliteJournal::abandon(std::uint64_t nonce) {
    Transaction transaction(database_, Sync::Now);
    require_ownership();
    for (JournalEntry& entry : select("WHERE nonce = ? ORDER BY id", narrow<std::int64_t>(nonce))) {
        entry.stage = Stage::Failed;
        entry.block = {};
        save_stage(entry);
    }
    transaction.commit();
}

void SqliteJournal::save_stage(const JournalEntry& entry) {
    Statement update(database_, "UPDATE entries SET stage = ?, block_number = ?, block_hash = ?, seal = ? WHERE hash = ?");
    update.bind(static_cast<std::int64_t>(entry.stage))
        .bind(narrow<std::int64_t>(entry.block.number))
        .bind(entry.block.hash.span())
        .bind(seal_of(entry).span())
        .bind(entry.signed_bytes.hash.span())
        .step();
}

std::vector<JournalEntry> SqliteJournal::since(std::uint64_t nonce) const {
    auto entries = select("WHERE nonce >= ? ORDER BY nonce, id", narrow<std::int64_t>(nonce));
    std::erase_if(entries, [](const JournalEntry& entry) { return entry.abandoned(); });
    return entries;
}

std::vector<JournalEntry> SqliteJournal::of(const std::string& intent) const {
    const std::string sql = std::string(kColumns) + "WHERE intent = ? ORDER BY id";
    Statement rows(database_, sql.c_str());
    rows.bind(intent);
    auto entries = read(rows);
    Statement known(database_, "SELECT label FROM intents WHERE intent = ?");
    if (entries.empty() && known.bind(intent).step()) {
        entries.push_back({0, known.text(0), {}, intent, Stage::Intent, {}});
    }
    return entries;
}

std::vector<JournalEntry> SqliteJournal::select(const char* condition, std::int64_t value) const {
    const std::string sql = std::string(kColumns) + condition;
    Statement rows(database_, sql.c_str());
    rows.bind(value);
    return read(rows);
}

std::vector<JournalEntry> SqliteJournal::read(Statement& rows) const {
    std::vector<JournalEntry> entries;
    while (rows.step()) {
        JournalEntry entry;
        entry.signed_bytes = {rows.bytes(2), fixed_from<Hash32>(rows.bytes(0))};
        entry.nonce = static_cast<std::uint64_t>(rows.number(1));
        entry.intent = rows.text(3);
        entry.label = rows.text(4);
        entry.stage = stage_from(rows.number(5));
        entry.block = {static_cast<std::uint64_t>(rows.number(6)), fixed_from<Hash32>(rows.bytes(7))};
        if (fixed_from<Hash32>(rows.bytes(8)) != seal_of(entry)) {
            throw damaged(file(), "entry " + std::to_string(rows.number(9)) + " is not what its seal says");
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace cone::sender
