// What was signed, kept before it is sent: a restart sends the same bytes again, never others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bridge/eth/transaction.hpp"
#include "bridge/rpc/types.hpp"

namespace cone::sender {

/// How far a transaction is.
///
///     Intent --> Signed --> Sent --> Mined --> Final
///                  ^ |       | ^       |
///                  | |       | '-------'  a reorganisation took it out
///                  | '-------+--> Replaced: another version of its nonce was mined
///                  |         '--> Failed:   it was mined and the contract said no, or it can never be mined
///                  '--- a new version that pays more
enum class Stage : std::uint8_t { Intent, Signed, Sent, Mined, Final, Replaced, Failed };
[[nodiscard]] const char* to_string(Stage stage);

/// One signed version of the transaction with this nonce. Replacements are further versions of the same nonce.
struct JournalEntry {
    std::uint64_t nonce = 0;
    std::string label;
    eth::SignedTransaction signed_bytes;  ///< empty in stage Intent
    std::string intent{};                 ///< the caller's name for what it wants done; empty: none
    Stage stage = Stage::Signed;
    rpc::BlockRef block{};  ///< Mined, Final, or Failed on chain: the block that holds it

    /// No version of this nonce may be sent again.
    [[nodiscard]] bool abandoned() const { return stage == Stage::Failed && block.hash.is_zero(); }
    /// A block was seen that holds it, whatever it did there.
    [[nodiscard]] bool was_mined() const {
        return stage == Stage::Mined || stage == Stage::Final || (stage == Stage::Failed && !abandoned());
    }
    bool operator==(const JournalEntry&) const = default;
};

/// The port. One journal a key; what a call kept survives the process when the implementation is durable. Every call that keeps
/// something throws EnvironmentError when that fails; nothing may be sent then.
class Journal {
public:
    virtual ~Journal() = default;
    /// Kept before anything is signed. Says nothing new when this intent is known.
    virtual void intend(const std::string& intent, const std::string& label) = 0;
    /// Returns when the signed version is kept. Bytes that were abandoned may come again: signatures are deterministic.
    virtual void append(const JournalEntry& entry) = 0;
    /// This version is now in `stage`; other versions of its nonce follow (see `advanced`).
    virtual void advance(const Hash32& transaction, Stage stage, const rpc::BlockRef& block = {}) = 0;
    /// No version of this nonce may ever be sent again: another transaction took the nonce, or the node refused all.
    virtual void abandon(std::uint64_t nonce) = 0;
    /// Entries with nonce >= `nonce` that are not abandoned, by nonce and then in the order of `append`.
    [[nodiscard]] virtual std::vector<JournalEntry> since(std::uint64_t nonce) const = 0;
    /// Every version ever signed for this intent, in the order of `append`; one in stage Intent when there is none; empty when
    /// the intent is unknown.
    [[nodiscard]] virtual std::vector<JournalEntry> of(const std::string& intent) const = 0;
};

/// The rule that every journal follows. `versions` of one nonce: `transaction` enters `stage`. When it is mined the others are
/// replaced; when a reorganisation takes it out all may be mined again. CONE_ASSERT that it is there and not Final.
void advance(std::vector<JournalEntry>& versions, const Hash32& transaction, Stage stage, const rpc::BlockRef& block);

class MemoryJournal final : public Journal {
public:
    void intend(const std::string& intent, const std::string& label) override;
    void append(const JournalEntry& entry) override;
    void advance(const Hash32& transaction, Stage stage, const rpc::BlockRef& block = {}) override;
    void abandon(std::uint64_t nonce) override;
    [[nodiscard]] std::vector<JournalEntry> since(std::uint64_t nonce) const override;
    [[nodiscard]] std::vector<JournalEntry> of(const std::string& intent) const override;

private:
    std::map<std::string, std::string> labels_;  ///< by intent
    std::vector<JournalEntry> entries_;
};

}  // namespace cone::sender
