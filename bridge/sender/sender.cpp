// Sign, journal, broadcast, watch; see the picture in the header.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/sender.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "bridge/sender/flight.hpp"
#include "cone/base/log.hpp"

namespace cone::sender {
namespace {

/// How often a foreign transaction may take our nonce before we say that the key is shared.
constexpr int kNonceRounds = 3;
/// A nonce is used for good when the chain had it so many blocks ago, seen so often in a row, without a receipt of ours: one backend
/// of several may know of a block and another not of its receipts.
constexpr std::uint64_t kNonceDepth = 3;
constexpr int kNonceSightings = 3;
constexpr Millis kNoncePause{1'000};
constexpr Millis kNonceUsedLong{120'000};  ///< or the newest block has it for so long, where blocks come only on demand
constexpr Millis kFirstLook{5};

/// A sixteenth of the wait so far: a receipt is seen late by that much at most, whatever the time between blocks, and a minute's
/// wait still asks no more often than `longest` says.
Millis until_next_look(Millis waited, Millis longest) {
    return std::min(longest, std::max(kFirstLook, waited / 16));
}

}  // namespace

std::uint64_t seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

Sender::Sender(rpc::Client& client, eth::Signer& signer, Journal& journal, const Clock& clock, rpc::Pause& pause,
               SendSettings settings)
    : client_(client),
      signer_(signer),
      journal_(journal),
      clock_(clock),
      pause_(pause),
      settings_(std::move(settings)),
      outage_(clock, settings_.outage, settings_.report),
      purse_(settings_.fees, settings_.spend_file) {}

void Sender::wait(Millis span) {
    if (!pause_.wait(span)) {
        throw rpc::Stopped();
    }
}

Outcome Sender::send(const Outgoing& request) {
    const Lent lent(behind_, request.claim);
    if (!compared_at_ || clock_.now() - *compared_at_ >= settings_.compare_every) {
        recover();
    } else {
        settle_what_the_chain_lacks();
    }
    if (!request.intent.empty()) {
        if (auto untold = outcome_not_told(request.intent)) {
            return *std::move(untold);
        }
        if (auto done = done_before(request.intent)) {
            return *std::move(done);
        }
        journal_.intend(request.intent, request.label);
    }
    for (int round = 0; round < kNonceRounds; ++round) {
        if (auto outcome = try_once(request)) {
            return *std::move(outcome);
        }
        spdlog::warn("{}: another transaction took our nonce; is the key of {} shared?", request.label, to_hex(address()));
    }
    return Refused{"other transactions keep taking the nonce of " + to_hex(address()) + "; does another program use its key?"};
}

/// INVARIANT: nothing is sent again before its caller heard how it ended: a receipt that says it failed may lie, the events do not.
std::optional<Outcome> Sender::outcome_not_told(const std::string& intent) {
    const auto found =
        std::find_if(recovered_.begin(), recovered_.end(), [&](const Recovered& one) { return one.intent == intent; });
    if (found == recovered_.end()) {
        return std::nullopt;
    }
    Outcome outcome = std::move(found->outcome);
    recovered_.erase(found);
    return outcome;
}

std::optional<Outcome> Sender::try_once(const Outgoing& request) {
    Flight flight;
    flight.label = request.label;
    flight.intent = request.intent;
    flight.looked_below_at = clock_.now();
    flight.claim = request.claim;
    flight.transaction = {settings_.chain_id, 0, 0, 0, request.gas_limit, request.to, request.value, request.data, {}};
    if (auto refusal = simulate(flight)) {
        return refusal;
    }
    if (auto unpaid = await_means_and_sign(flight)) {
        return unpaid;
    }
    return deliver(flight);
}

/// INVARIANT: nothing is paid for that the newest state refuses.
std::optional<Outcome> Sender::simulate(Flight& flight) {
    try {
        if (flight.transaction.gas_limit != 0) {
            const auto result = outlast([&] { return rpc::call(client_, flight.message(address())); });
            const auto* why = std::get_if<rpc::RevertInfo>(&result);
            return why == nullptr ? std::nullopt : std::optional<Outcome>(Reverted{std::nullopt, *why});
        }
        const auto estimated = outlast([&] { return rpc::estimate_gas(client_, flight.message(address())); });
        if (const auto* why = std::get_if<rpc::RevertInfo>(&estimated)) {
            return Reverted{std::nullopt, *why};
        }
        const std::uint64_t gas = std::get<std::uint64_t>(estimated);
        flight.transaction.gas_limit = gas + gas / 4;
        return std::nullopt;
    } catch (const rpc::NodeError& error) {
        return Refused{error.what()};
    }
}

/// Nothing: the chain lacks something of ours, which may still take the nonce. Otherwise nothing of ours is under way, so what the
/// pool counts beyond the chain is somebody else's.
std::optional<std::uint64_t> Sender::next_nonce() {
    const std::uint64_t mined = outlast([&] { return rpc::transaction_count(client_, address()); });
    if (!journal_.since(mined).empty()) {
        return std::nullopt;
    }
    const std::uint64_t pending = outlast([&] { return rpc::transaction_count(client_, address(), rpc::BlockTag::Pending); });
    if (pending > mined) {
        spdlog::warn("{} transactions of {} that we did not send are waiting: is its key shared?", pending - mined,
                     to_hex(address()));
    }
    return std::max(mined, pending);
}

/// INVARIANT: what is not in the journal is never sent, and what is not promised is never signed.
void Sender::sign(Flight& flight, const Bill& bill, const Market& now, const Fees& fees) {
    const Ceiling most = purse_.ceiling(bill, now);
    purse_.promise(bill, most, now, fees.cap);
    flight.bid_all = Purse::is_last_chance(most.claim, now);
    flight.transaction.max_priority_fee = fees.tip;
    flight.transaction.max_fee = fees.cap;
    const eth::SignedTransaction signed_bytes = outlast([&] { return signer_.sign(flight.transaction); });
    journal_.append({flight.nonce(), flight.label, signed_bytes, flight.intent});
    flight.versions.push_back(signed_bytes);
    flight.stage = Stage::Signed;
    flight.newest_at = clock_.now();
}

void Sender::note_sent(Flight& flight) {
    if (flight.stage == Stage::Signed) {
        journal_.advance(flight.newest().hash, Stage::Sent);
        flight.stage = Stage::Sent;
    }
}

std::optional<Outcome> Sender::deliver(Flight& flight) {
    for (;;) {
        deliver_what_is_below(flight);
        const Handed handed = broadcast(flight);
        if (handed == Handed::Taken) {
            note_sent(flight);
        } else if (auto done = look(flight)) {
            return done;
        }
        if (handed == Handed::Refused) {
            abandon(flight);
            return Refused{flight.refusal};
        }
        if (handed == Handed::NonceUsed || handed == Handed::Displaced) {  // given up on one wrong word, it leaves a gap
            if (is_used_for_good(flight)) {
                auto done = look(flight);
                if (!done) {
                    abandon(flight);
                }
                return done;
            }
            alarm(flight.label + " waits: " + flight.refusal);
            wait_within_patience(flight, kNoncePause);
        } else if (handed == Handed::NotNow) {
            alarm(flight.label + " waits: " + flight.refusal);
            wait_within_patience(flight, settings_.outage_pause);
            back_at_ = clock_.now();
        } else if (handed == Handed::MustPayMore) {
            wait_or_replace(flight);
        } else if (auto done = watch(flight)) {
            return done;
        }
    }
}

/// Until it is mined, or must be broadcast again: because the node forgot it, or because a new version pays more.
std::optional<Outcome> Sender::watch(Flight& flight) {
    for (;;) {
        if (auto done = look(flight)) {
            return done;
        }
        if (price_is_due(flight) && replace(flight)) {
            return std::nullopt;
        }
        wait_within_patience(flight, until_next_look(clock_.now() - flight.newest_at, settings_.poll_interval));
        const Hash32 newest = flight.newest().hash;
        if (!outlast([&] { return rpc::knows_transaction(client_, newest); })) {
            return look(flight);
        }
        deliver_what_is_below(flight);
    }
}

bool Sender::is_used_for_good(Flight& flight) {
    const auto used_at = [&](const rpc::BlockId& block) {
        return outlast([&] { return rpc::transaction_count(client_, address(), block); }) > flight.nonce();
    };
    if (!used_at(rpc::BlockTag::Latest)) {
        flight.nonce_used_since.reset();
        flight.nonce_sightings = 0;
        return false;
    }
    flight.nonce_used_since = flight.nonce_used_since.value_or(clock_.now());
    const std::uint64_t head = outlast([&] { return rpc::block_number(client_); });
    flight.nonce_sightings = head >= kNonceDepth && used_at(head - kNonceDepth) ? flight.nonce_sightings + 1 : 0;
    return flight.nonce_sightings >= kNonceSightings || clock_.now() - *flight.nonce_used_since >= kNonceUsedLong;
}

std::optional<Outcome> Sender::look(Flight& flight) {
    for (const eth::SignedTransaction& version : flight.versions) {
        if (const auto receipt = receipt_of(version.hash)) {
            journal_.advance(version.hash, receipt->success ? Stage::Mined : Stage::Failed, receipt->block);
            return outcome_of(flight, *receipt);
        }
    }
    return std::nullopt;
}

void Sender::abandon(const Flight& flight) {
    journal_.abandon(flight.nonce());
    purse_.settle(flight.nonce(), 0);
}

void Sender::wait_or_replace(Flight& flight) {
    if (!replace(flight)) {
        wait_within_patience(flight, settings_.poll_interval);
    }
}

Sender::Handed Sender::broadcast(Flight& flight) {
    const Bytes raw = flight.newest().raw;
    try {
        outlast([&] { return rpc::send_raw_transaction(client_, raw); }, never);
        return Handed::Taken;
    } catch (const rpc::NodeError& error) {
        flight.refusal = error.what();
        switch (rpc::meaning_of(error.object)) {
            case rpc::Refusal::AlreadyKnown:
                return Handed::Taken;
            case rpc::Refusal::NonceTooLow:
                return Handed::NonceUsed;
            case rpc::Refusal::FeeTooLow:
                return Handed::MustPayMore;
            case rpc::Refusal::Underpriced:
                if (flight.versions.size() > 1) {
                    return Handed::MustPayMore;
                }  // a first version replaces nothing of ours: the nonce is somebody else's, unless an answer was lost
                return held(flight) ? Handed::Taken : Handed::Displaced;
            default:
                return held(flight) ? Handed::Taken : rpc::may_pass(error.object) ? Handed::NotNow : Handed::Refused;
        }
    }
}

/// Does the node hold any version after all? An answer may have been lost before this refusal.
bool Sender::held(const Flight& flight) {
    return std::any_of(flight.versions.begin(), flight.versions.end(), [&](const eth::SignedTransaction& version) {
        return outlast([&] { return rpc::knows_transaction(client_, version.hash); });
    });
}

Outcome Sender::outcome_of(const Flight& flight, const rpc::Receipt& receipt) {
    purse_.settle(flight.nonce(), receipt.gas_price * receipt.gas_used);
    if (receipt.success) {
        return receipt;
    }
    return Reverted{receipt, why_reverted(flight, receipt)};
}

/// A receipt has no reason: simulates the call on the state before its block, then after it.
rpc::RevertInfo Sender::why_reverted(const Flight& flight, const rpc::Receipt& receipt) {
    if (receipt.gas_used >= flight.transaction.gas_limit) {
        return {{}, "out of gas: all " + std::to_string(receipt.gas_used) + " were used"};
    }
    try {
        for (const std::uint64_t before : {1U, 0U}) {
            const auto result =
                outlast([&] { return rpc::call(client_, flight.message(address()), receipt.block.number - before); }, never);
            if (const auto* why = std::get_if<rpc::RevertInfo>(&result)) {
                return *why;
            }
        }
    } catch (const rpc::NodeError& error) {
        return {{}, std::string("reverted; its reason cannot be read: ") + error.what()};
    }
    return {{}, "reverted, but simulating it does not"};
}

void Sender::wait_within_patience(const Flight& flight, Millis span) {
    if (clock_.now() - flight.started >= settings_.patience) {
        throw RpcError(flight.label + ": not mined in " + std::to_string(settings_.patience.count() / 1000) + " s",
                       "the journal holds it: start again and it is sent again, byte for byte", ExitCode::TryAgain);
    }
    wait(span);
}

}  // namespace cone::sender
