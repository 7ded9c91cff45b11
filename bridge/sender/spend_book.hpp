// What was paid or promised in fees, by nonce: the memory behind the day's budget and a transaction's deadline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include "bridge/sender/fees.hpp"

namespace cone::sender {

/// While a transaction is under way `wei` is the most that it can cost, afterwards what it did: a crash in between leaves the
/// larger number.
struct Spend {
    std::uint64_t nonce = 0;
    FeeClass fee_class = FeeClass::Commit;
    Term term;
    std::uint64_t at = 0;  ///< the chain's time, seconds
    U256 wei;
    bool operator==(const Spend&) const = default;
};

/// One key's. A line a change: a restart does not give the budget anew.
class SpendBook {
public:
    /// Empty: in memory only. A last line without its end is a write that never counted, and is dropped. Throws DataError on
    /// any other line that is none, EnvironmentError when the file cannot be written.
    explicit SpendBook(std::filesystem::path file = {});

    /// Takes the place of what the nonce had. Throws EnvironmentError when it cannot be kept.
    void put(const Spend& spend) { write(spend, true); }
    /// The same, without waiting for the disk: a machine that loses power then remembers what was promised, which is more.
    void put_soon(const Spend& spend) { write(spend, false); }
    [[nodiscard]] std::optional<Spend> of(std::uint64_t nonce) const;
    /// Of the class in the 24 hours before `now`, without the nonce `except`.
    [[nodiscard]] U256 spent(FeeClass fee_class, std::uint64_t now, std::uint64_t except) const;

private:
    void write(const Spend& spend, bool wait_for_disk);
    void load();
    void compact();

    std::filesystem::path file_;
    std::map<std::uint64_t, Spend> spends_;
};

}  // namespace cone::sender
