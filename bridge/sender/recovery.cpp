// The part of the sender that settles the past: the journal against the chain, and what the chain lacks sent again.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "bridge/sender/flight.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"

namespace cone::sender {
namespace {

constexpr Millis kBelowEvery{2'000};

/// Calls `act` with the entries of each nonce; `entries` are sorted by it.
template <class Act>
void for_each_nonce(const std::vector<JournalEntry>& entries, Act act) {
    for (auto first = entries.begin(); first != entries.end();) {
        const auto last = std::find_if(first, entries.end(), [&](const auto& entry) { return entry.nonce != first->nonce; });
        act(std::span<const JournalEntry>(first, last));
        first = last;
    }
}

}  // namespace

void Sender::recover() {
    const std::uint64_t mined = outlast([&] { return rpc::transaction_count(client_, address()); });
    const std::vector<JournalEntry> entries = journal_.since(final_below_);
    require_what_was_final(entries, mined);
    if (!entries.empty()) {
        const std::uint64_t final_until = final_block();
        bool all_final = true;
        for_each_nonce(entries, [&](Versions versions) {
            all_final = settle(versions, final_until) && all_final;
            final_below_ = all_final ? versions.front().nonce + 1 : final_below_;
        });
        if (!compared_at_ && mined > entries.back().nonce + 1) {
            spdlog::warn("{} sent transactions that its journal does not know: is the key shared?", to_hex(address()));
        }
    }
    compared_at_ = clock_.now();
}

std::vector<Recovered> Sender::take_recovered() {
    return std::exchange(recovered_, {});
}

void Sender::settle_what_the_chain_lacks() {
    const std::uint64_t mined = outlast([&] { return rpc::transaction_count(client_, address()); });
    const std::vector<JournalEntry> entries = journal_.since(mined);
    require_what_was_final(entries, mined);
    for_each_nonce(entries, [&](Versions versions) { deliver_again(versions); });
}

/// INVARIANT: nothing is sent on a chain that lost what was final: it is another chain, or nobody knows what is true on it.
void Sender::require_what_was_final(Versions entries, std::uint64_t transactions) const {
    for (const JournalEntry& entry : entries) {
        if (entry.stage == Stage::Final && entry.nonce >= transactions) {
            throw ChainError("the chain has " + std::to_string(transactions) + " transactions of " + to_hex(address()) +
                                 ", but number " + std::to_string(entry.nonce) + " (" + entry.label + ") was final",
                             "is this the right node? If so, blocks left the chain that were final: look before you send more");
        }
    }
}

/// Brings the journal's stage of one nonce up to what the chain says; true when that is final.
bool Sender::settle(Versions versions, std::uint64_t final_block) {
    for (const JournalEntry& version : versions) {
        if (version.stage == Stage::Final) {
            return true;
        }
        const auto receipt = receipt_of(version.signed_bytes.hash);
        if (!receipt) {
            continue;
        }
        const Stage stage = !receipt->success                      ? Stage::Failed
                            : receipt->block.number <= final_block ? Stage::Final
                                                                   : Stage::Mined;
        if (stage != version.stage || receipt->block != version.block) {
            journal_.advance(version.signed_bytes.hash, stage, receipt->block);
        }
        if (!version.was_mined()) {
            recovered_.push_back({version.intent, version.label, outcome_of(resume(versions, clock_.now()), *receipt)});
        }
        return receipt->block.number <= final_block;
    }
    deliver_again(versions);
    return false;
}

void Sender::deliver_again(Versions versions) {
    Flight flight = resume(versions, clock_.now());
    flight.claim = purse_.claim_of(flight.nonce()).value_or(Claim{});
    spdlog::warn("{}: nonce {} is signed but not on the chain; sending the same bytes again", flight.label, flight.nonce());
    for (const JournalEntry& version : versions) {
        if (version.was_mined()) {
            journal_.advance(version.signed_bytes.hash, Stage::Sent);
            flight.stage = Stage::Sent;
        }
    }
    const auto outcome = deliver(flight);
    recovered_.push_back({flight.intent, flight.label, outcome.value_or(Refused{"another transaction took its nonce"})});
}

/// A reorganisation may put an earlier nonce back behind ours, at a price that no block takes any more: nothing of ours is mined
/// before it, so it goes first, in our name.
void Sender::deliver_what_is_below(Flight& flight) {
    if (clock_.now() - flight.looked_below_at < kBelowEvery) {
        return;
    }
    flight.looked_below_at = clock_.now();
    const std::uint64_t mined = outlast([&] { return rpc::transaction_count(client_, address()); });
    if (mined >= flight.nonce()) {
        return;
    }
    const Lent lent(behind_, flight.claim);
    const std::vector<JournalEntry> entries = journal_.since(mined);
    require_what_was_final(entries, mined);
    for_each_nonce(entries, [&](Versions versions) {
        if (versions.front().nonce < flight.nonce()) {
            deliver_again(versions);
        }
    });
}

/// Nothing when it has to be done: never tried, or tried and the contract said no.
std::optional<Outcome> Sender::done_before(const std::string& intent) {
    for (const bool compared : {false, true}) {
        const auto entries = journal_.of(intent);
        const auto done = std::find_if(entries.begin(), entries.end(), [](const JournalEntry& entry) {
            return entry.stage == Stage::Mined || entry.stage == Stage::Final;
        });
        if (done == entries.end()) {
            return std::nullopt;
        }
        const auto receipt = receipt_of(done->signed_bytes.hash);
        if (receipt && receipt->success) {
            return *receipt;
        }
        if (done->stage == Stage::Final) {  // an old receipt may be gone from the node
            rpc::Receipt known;
            known.transaction = done->signed_bytes.hash;
            known.success = true;
            known.block = done->block;
            known.from = address();
            return known;
        }
        if (!compared) {  // it left the chain a moment ago
            recover();
        }
    }
    return std::nullopt;
}

std::uint64_t Sender::final_block() {
    try {
        const auto finalized = outlast([&] { return rpc::block_header(client_, rpc::BlockTag::Finalized); }, never);
        if (finalized && finalized->number > 0) {
            return finalized->number;
        }
    } catch (const rpc::NodeError& error) {
        if (!rpc::is_missing_tag(error.object)) {
            return 0;  // nothing becomes final by a node's bad moment
        }
    }
    const auto head = outlast([&] { return rpc::block_header(client_); });
    return head && head->number > settings_.final_depth ? head->number - settings_.final_depth : 0;
}

std::optional<rpc::Receipt> Sender::receipt_of(const Hash32& transaction) {
    return outlast([&] { return rpc::receipt(client_, transaction); });
}

}  // namespace cone::sender
