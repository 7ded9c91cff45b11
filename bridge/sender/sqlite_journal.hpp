// The journal in one SQLite file: what a call kept survives the process and the machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "bridge/sender/database.hpp"
#include "bridge/sender/journal.hpp"

namespace cone::sender {

/// Whose journal it is. A chain is its id and its first block: two development chains have the same id.
struct JournalOwner {
    std::uint64_t chain_id = 0;
    Hash32 genesis;
    Address account;
    bool operator==(const JournalOwner&) const = default;
};
/// `folder`/<account>-<chain id>-<first bytes of genesis>.journal
[[nodiscard]] std::filesystem::path journal_path(const std::filesystem::path& folder, const JournalOwner& owner);

/// Each entry carries a hash over itself, checked whenever it is read. Opening takes the file over: of two objects on one file
/// only the one that opened it last can keep anything, the other throws EnvironmentError. May move between threads, one at a time.
class SqliteJournal final : public Journal {
public:
    /// Creates the file, and its folder, when it is not there. Throws DataError when it is damaged, of another version, or of
    /// another owner; EnvironmentError when it cannot be written.
    SqliteJournal(const std::filesystem::path& file, const JournalOwner& owner);

    void intend(const std::string& intent, const std::string& label) override;
    void append(const JournalEntry& entry) override;
    void advance(const Hash32& transaction, Stage stage, const rpc::BlockRef& block = {}) override;
    void abandon(std::uint64_t nonce) override;
    [[nodiscard]] std::vector<JournalEntry> since(std::uint64_t nonce) const override;
    [[nodiscard]] std::vector<JournalEntry> of(const std::string& intent) const override;

    [[nodiscard]] const std::filesystem::path& file() const { return database_.file(); }

private:
    void create(const JournalOwner& owner);
    void check_version();
    void check_owner(const JournalOwner& owner);
    void check_content();
    void take_over();
    void require_ownership();
    void save_stage(const JournalEntry& entry);
    [[nodiscard]] std::vector<JournalEntry> select(const char* condition, std::int64_t value) const;
    [[nodiscard]] std::vector<JournalEntry> read(Statement& rows) const;

    mutable Database database_;
    std::int64_t opening_ = 0;  ///< number of this opening of the file
};

}  // namespace cone::sender
