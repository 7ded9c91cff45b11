// The part of the sender that asks what a transaction may cost: before it is signed, and while it waits.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bridge/sender/flight.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/log.hpp"

namespace cone::sender {
namespace {

constexpr Millis kPriceEvery{2'000};  ///< a deadline, or a ceiling that was reached, is looked at so often
constexpr Millis kAlarmEvery{60'000};
constexpr std::uint64_t kSkew = 900;  ///< seconds that a block's time may be off

}  // namespace

/// A node that lies about the time would begin the day's budget anew, or have what is promised now look a day old.
std::uint64_t Sender::near_the_wall_clock(std::uint64_t timestamp) const {
    const std::uint64_t wall = settings_.wall_clock();
    return std::clamp(timestamp, wall - std::min(wall, kSkew), wall + kSkew);
}

Market Sender::market() {
    Market now;
    if (const auto header = outlast([&] { return rpc::block_header(client_); })) {
        now = {header->number, near_the_wall_clock(header->timestamp), header->base_fee.value_or(0), 0};
    }
    try {
        now.tip = outlast([&] { return rpc::priority_fee(client_); }, never);
    } catch (const rpc::NodeError&) {  // the method is optional
    }
    return now;
}

Sender::Lent::Lent(Claim& behind, const Claim& claim) : behind_(behind), before_(behind) {
    behind_ = before_.fee_class < claim.fee_class ? before_ : claim;
}

Claim Sender::waiting() const {
    const Claim queued = settings_.waiting ? settings_.waiting() : Claim{FeeClass::Payout, {}};
    return queued.fee_class < behind_.fee_class ? queued : behind_;
}

Bill Sender::bill_of(const Flight& flight) {
    const U256 owned = outlast([&] { return rpc::balance(client_, address()); });
    const U256& sent_along = flight.transaction.value;
    return {.nonce = flight.nonce(),
            .own = flight.claim,
            .gas_limit = flight.transaction.gas_limit,
            .means = owned > sent_along ? U256(owned - sent_along) : U256(0)};
}

/// INVARIANT: nothing new is signed on a state that one of two nodes denies.
std::optional<std::string> Sender::why_not_now(const Bill& bill, const Market& now) const {
    return may_sign() ? purse_.why_not_now(bill, now) : "the endpoints disagree";
}

/// Waits until the next block would take what may be offered.
std::optional<Outcome> Sender::await_means_and_sign(Flight& flight) {
    for (;;) {
        const auto nonce = next_nonce();
        if (!nonce) {
            settle_what_the_chain_lacks();
            if (auto refusal = simulate(flight)) {
                return refusal;
            }
            continue;
        }
        flight.transaction.nonce = *nonce;
        const Market now = market();
        const Bill bill = bill_of(flight);
        const auto why = why_not_now(bill, now);
        if (!why) {
            sign(flight, bill, now, purse_.offer(purse_.ceiling(bill, now), now));
            flight.started = flight.newest_at;
            return std::nullopt;
        }
        if (Purse::is_poor(bill, now) && !settings_.waits_for_ether) {
            return Refused{"insufficient funds: " + *why};
        }
        alarm(flight.label + " waits: " + *why);
        if (waiting().fee_class < flight.claim.fee_class) {
            return Deferred{*why};
        }
        wait(std::max(settings_.poll_interval, kPriceEvery));  // for as long as it takes: nothing is lost, and the alarm sounds
        if (auto refusal = simulate(flight)) {                 // the state may have moved
            return refusal;
        }
    }
}

void Sender::alarm(const std::string& what) {
    if (alarmed_at_ && clock_.now() - *alarmed_at_ < kAlarmEvery) {
        return;
    }
    alarmed_at_ = clock_.now();
    spdlog::warn("{}", what);
    if (settings_.alarm) {
        settings_.alarm(what);
    }
}

/// Unmined for long; or it has a deadline, or something with one waits behind it, and its last chance begins.
bool Sender::price_is_due(Flight& flight) {
    if (clock_.now() - flight.looked_at < kPriceEvery) {
        return false;
    }
    const Claim behind = waiting();
    if (clock_.now() - std::max(flight.newest_at, back_at_) >= purse_.replace_after({.own = flight.claim, .waiting = behind})) {
        return true;
    }
    flight.looked_at = clock_.now();
    const Claim& first = behind.fee_class < flight.claim.fee_class ? behind : flight.claim;
    return !flight.bid_all && first.term.until != 0 && Purse::is_last_chance(first, market());
}

bool Sender::replace(Flight& flight) {
    flight.looked_at = clock_.now();
    if (!may_sign()) {
        return false;
    }
    const Market now = market();
    Bill bill = bill_of(flight);
    bill.waiting = waiting();  // it cannot go before a nonce that is out already: it lends its rights
    const Ceiling most = purse_.ceiling(bill, now);
    const auto fees = purse_.better_offer(flight.fees(), most, now);
    if (!fees) {
        alarm(flight.label + " waits at its fee ceiling");
        return false;
    }
    sign(flight, bill, now, *fees);
    return true;
}

}  // namespace cone::sender
