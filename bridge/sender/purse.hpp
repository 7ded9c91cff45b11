// How much a transaction may pay now, given its class, its deadline, what waits behind it and what the day has cost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bridge/sender/fees.hpp"
#include "bridge/sender/spend_book.hpp"

namespace cone::sender {

/// What the newest block says, and what the node suggests.
struct Market {
    std::uint64_t head = 0;
    std::uint64_t time = 0;  ///< seconds, the chain's
    U256 base_fee;
    U256 tip;
};

/// In whose name a transaction pays.
struct Claim {
    FeeClass fee_class = FeeClass::Commit;
    Term term{};
    bool operator==(const Claim&) const = default;
};

/// A nonce that is to be paid for.
struct Bill {
    std::uint64_t nonce = 0;
    Claim own;
    Claim waiting{FeeClass::Payout, {}};  ///< the most pressing behind it: it lends its rights, since it cannot go first
    std::uint64_t gas_limit = 0;
    U256 means = ~U256(0);  ///< wei that the account has for fees
};

/// Most wei a gas unit, and who allows it.
struct Ceiling {
    U256 fee;
    Claim claim;
};

/// One key's. Keeps the day's budgets across restarts when it has a file.
class Purse {
public:
    Purse(FeePolicy policy, std::filesystem::path spend_file) : policy_(std::move(policy)), book_(std::move(spend_file)) {}

    [[nodiscard]] Ceiling ceiling(const Bill& bill, const Market& market) const;
    [[nodiscard]] Millis replace_after(const Bill& bill) const;
    /// What to bid under `ceiling`. An urgent dispute bids all of it: only what the block asks is paid, and there is no time for
    /// another bid.
    [[nodiscard]] Fees offer(const Ceiling& ceiling, const Market& market) const;

    /// What must replace `old`; nothing when that is more than `ceiling` or, but for a last chance, the tips allow.
    [[nodiscard]] std::optional<Fees> better_offer(const Fees& old, const Ceiling& ceiling, const Market& market) const;

    /// Why it is not worth signing now: the next block would not take what may be offered. Nothing when it is.
    [[nodiscard]] std::optional<std::string> why_not_now(const Bill& bill, const Market& market) const;

    /// The account cannot pay the base fee of the next block.
    [[nodiscard]] static bool is_poor(const Bill& bill, const Market& market);
    /// What can wait and has a term all the same loses everything when it waits too long: in the last quarter, and afterwards for as long
    /// as nobody made an end of it, it counts as a dispute without a term: never times hard_factor, for no stake is lost.
    [[nodiscard]] static Claim as_of(const Claim& claim, const Market& market);
    /// A dispute in the last quarter of its term.
    [[nodiscard]] static bool is_last_chance(const Claim& claim, const Market& market);

    /// Keeps the most that the transaction can cost: called before its bytes exist.
    void promise(const Bill& bill, const Ceiling& ceiling, const Market& market, const U256& fee_cap);
    /// What it did cost; 0 when it will never be mined.
    void settle(std::uint64_t nonce, const U256& wei);
    /// In whose name a nonce was promised: what a restart does not know otherwise.
    [[nodiscard]] std::optional<Claim> claim_of(std::uint64_t nonce) const;

private:
    [[nodiscard]] U256 allowed(const Claim& claim, const Bill& bill, const Market& market) const;

    FeePolicy policy_;
    SpendBook book_;
};

}  // namespace cone::sender
