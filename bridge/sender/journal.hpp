// What was signed, kept before it is sent: a restart sends the same bytes again, never others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bridge/eth/transaction.hpp"

namespace cone::sender {

/// One signed version of the transaction with this nonce. Replacements are further versions of the same nonce.
struct JournalEntry {
    std::uint64_t nonce = 0;
    std::string label;
    eth::SignedTransaction signed_bytes;
    bool operator==(const JournalEntry&) const = default;
};

/// The port. One journal a key; what `append` took survives the process when the implementation is durable.
class Journal {
public:
    virtual ~Journal() = default;
    /// Returns when the entry is kept. Throws EnvironmentError when that fails; nothing is sent then.
    virtual void append(const JournalEntry& entry) = 0;
    /// No version of this nonce may ever be sent again: another transaction took the nonce, or the node refused all.
    virtual void abandon(std::uint64_t nonce) = 0;
    /// Entries with nonce >= `nonce` that are not abandoned, by nonce and then in the order of `append`.
    [[nodiscard]] virtual std::vector<JournalEntry> since(std::uint64_t nonce) const = 0;
};

class MemoryJournal final : public Journal {
public:
    void append(const JournalEntry& entry) override;
    void abandon(std::uint64_t nonce) override;
    [[nodiscard]] std::vector<JournalEntry> since(std::uint64_t nonce) const override;

private:
    std::vector<JournalEntry> entries_;
};

}  // namespace cone::sender
