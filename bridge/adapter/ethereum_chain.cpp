// Steps of the follower and outcomes of the sender, as the node's events.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/ethereum_chain.hpp"

#include <spdlog/spdlog.h>

#include "bridge/adapter/terms.hpp"
#include "bridge/contracts/errors.hpp"
#include "bridge/follower/cursor.hpp"

namespace cone::adapter {
namespace {

constexpr Millis kReceiptPatience{5000};
constexpr Millis kReceiptPoll{20};

}  // namespace

EthereumChain::EthereumChain(EthereumChainSettings settings, std::unique_ptr<eth::Signer> bridge)
    : settings_(std::move(settings)),
      signer_(std::move(bridge)),
      reading_({.url = settings_.url}),
      reader_(reading_, pause_),
      follower_(reader_, clock_, follow_settings(),
                settings_.cursor_file.empty() ? std::nullopt : follower::load_cursor(settings_.cursor_file)),
      sending_({.url = settings_.url}),
      send_client_(sending_, pause_),
      sender_(send_client_, *signer_, journal_, clock_, pause_, settings_.send),
      queue_([this](const sender::Outgoing& request) { return sender_.send(request); }, [this] { pause_.stop(); },
             [this] { return sender_.recover(); }) {}

follower::FollowSettings EthereumChain::follow_settings() const {
    follower::FollowSettings follow;
    for (const auto contract : contracts::kContracts) {
        follow.addresses.push_back(settings_.deployment.address(contract));
    }
    follow.first_block = settings_.deployment.block;
    follow.outage = settings_.send.outage;
    follow.report = settings_.send.report;
    return follow;
}

node::JobTerms EthereumChain::terms() {
    return read_terms(reader_, settings_.deployment, settings_.job);
}

std::vector<node::ChainEvent> EthereumChain::poll() {
    std::vector<node::ChainEvent> events;
    read_blocks(events);
    read_outcomes(events);
    return events;
}

bool EthereumChain::caught_up() {
    const auto tip = follower_.tip();
    return tip && tip->number >= follower_.head();
}

void EthereumChain::read_blocks(std::vector<node::ChainEvent>& out) {
    const auto steps = follower_.poll();
    for (const auto& step : steps) {
        std::visit([&](const auto& block) { take(block, out); }, step);
    }
    if (!steps.empty() && !settings_.cursor_file.empty()) {
        follower::save_cursor(settings_.cursor_file, follower_.ring());
    }
}

void EthereumChain::take(const follower::BlockApplied& block, std::vector<node::ChainEvent>& out) {
    std::map<Hash32, std::size_t> seen_of_transaction;
    for (const auto& log : block.logs) {
        const std::size_t ordinal = seen_of_transaction[log.transaction]++;
        const auto contract = settings_.deployment.contract_at(log.address);
        const auto event = contract ? contracts::decode_event(*contract, log) : std::nullopt;
        auto bodies = event ? translate(*event, settings_.job) : std::vector<node::ChainEventBody>{};
        if (bodies.empty() || !delivered_.emplace(log.transaction, ordinal).second) {
            continue;
        }
        for (auto& body : bodies) {
            out.push_back({block.block.number, log.transaction, std::move(body)});
        }
    }
}

void EthereumChain::take(const follower::BlockReverted& block, std::vector<node::ChainEvent>&) {
    spdlog::warn("block {} left the chain; the same transactions are sent again and their events counted once",
                 block.block.number);
    queue_.recover();
}

void EthereumChain::submit(const node::ChainAction& action) {
    auto translated = translate(action);
    const auto contract = translated.call.contract;
    const std::string call = std::string(contracts::name_of(contract)) + "." + translated.call.name;
    const std::string label = call + " (" + translated.detail + ")";
    const auto ticket = queue_.submit({.label = label,
                                       .to = settings_.deployment.address(contract),
                                       .data = std::move(translated.call.data),
                                       .value = eth::to_u256(translated.call.value)});
    pending_[ticket] = {translated.action, call, translated.detail, contract, translated.segment};
    submitted_[label] = pending_[ticket];
}

std::vector<node::TransactionCost> EthereumChain::costs() {
    const auto deadline = Deadline::in(clock_, kReceiptPatience);
    std::vector<node::ChainEvent> too_late_to_matter;
    while (!pending_.empty() && !deadline.passed(clock_) && pause_.wait(kReceiptPoll)) {
        read_outcomes(too_late_to_matter);
    }
    return costs_;
}

void EthereumChain::read_outcomes(std::vector<node::ChainEvent>& out) {
    for (const auto& sent : queue_.poll()) {
        const bool again = sent.ticket == sender::kRecovered;
        const Pending pending = again ? submitted_.at(sent.label) : pending_.at(sent.ticket);
        pending_.erase(sent.ticket);
        if (const auto* receipt = std::get_if<rpc::Receipt>(&sent.outcome)) {
            if (!again) {  // what is mined a second time is paid for once
                costs_.push_back(
                    {pending.call, pending.detail, receipt->transaction, receipt->block.number, receipt->gas_used});
            }
            continue;
        }
        out.push_back({follower_.head(), {}, node::ActionRefused{pending.action, reason_of(sent, pending), pending.segment}});
    }
}

std::string EthereumChain::reason_of(const sender::Sent& sent, const Pending& pending) {
    const auto* reverted = std::get_if<sender::Reverted>(&sent.outcome);
    return reverted != nullptr ? contracts::describe_revert(pending.contract, reverted->why.data)
                               : std::get<sender::Refused>(sent.outcome).reason;
}

}  // namespace cone::adapter
