// Steps of the follower and outcomes of the sender, as the node's events.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/adapter/ethereum_chain.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/adapter/intent.hpp"
#include "bridge/adapter/key_places.hpp"
#include "bridge/adapter/terms.hpp"
#include "bridge/contracts/errors.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/follower/cursor.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/sender/sqlite_journal.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"

namespace cone::adapter {
namespace {

constexpr Millis kReceiptPatience{5000};
constexpr Millis kReceiptPoll{20};

/// Signs nothing: for a bridge that only watches and may have no key.
class Nobody final : public eth::Signer {
public:
    [[nodiscard]] const Address& address() const override { return address_; }
    [[nodiscard]] eth::SignedTransaction sign(const eth::Transaction&) override {
        throw ConfigError("a bridge that watches signs nothing", "bridge.mode = \"act\"");
    }

private:
    Address address_{};
};

/// What stands in the brackets behind the call.
std::string detail_of(const std::string& label) {
    const auto open = label.find('(');
    return open == std::string::npos || label.back() != ')' ? label : label.substr(open + 1, label.size() - open - 2);
}

std::string reason_of(const sender::Sent& sent, const Intent& intent) {
    const auto* reverted = std::get_if<sender::Reverted>(&sent.outcome);
    return reverted != nullptr ? contracts::describe_revert(intent.contract, reverted->why.data)
                               : std::get<sender::Refused>(sent.outcome).reason;
}

}  // namespace

EthereumChain::EthereumChain(EthereumChainSettings settings, std::unique_ptr<eth::Signer> bridge)
    : settings_(std::move(settings)),
      signer_(bridge ? std::move(bridge) : std::make_unique<Nobody>()),
      reading_({.url = settings_.url}),
      reader_(reading_, pause_),
      second_(settings_.second_url.empty() ? nullptr : std::make_unique<SecondNode>(settings_.second_url, pause_, clock_)),
      follower_(reader_, clock_, follow_settings(),
                settings_.cursor_file.empty() ? std::nullopt : follower::load_cursor(settings_.cursor_file),
                second_ == nullptr ? nullptr : &second_->endpoint),
      sending_({.url = settings_.url}),
      send_client_(sending_, pause_),
      journal_(open_journal()),
      sender_(send_client_, *signer_, *journal_, clock_, pause_, send_settings()),
      queue_(sender::work_of(sender_, [this] { pause_.stop(); })) {
    send_what_waits();
}

/// Also reads what `earlier_` needs: later the journal belongs to the worker's thread.
std::unique_ptr<sender::Journal> EthereumChain::open_journal() {
    if (settings_.journal_folder.empty() || settings_.mode == Mode::Watch) {
        return std::make_unique<sender::MemoryJournal>();
    }
    const auto places = places_of_key(settings_.journal_folder, reader_, settings_.deployment.chain_id, signer_->address());
    settings_.send.spend_file = places.fees;
    lease_.emplace(places.lease, clock_, pause_);
    auto journal = std::make_unique<sender::SqliteJournal>(places.journal, places.owner);
    for (auto& entry : journal->since(0)) {
        const auto intent = intent_from(entry.intent);
        const bool succeeded = entry.stage == sender::Stage::Mined || entry.stage == sender::Stage::Final;
        if (succeeded && intent && intent->job == settings_.job) {
            earlier_.push_back(std::move(entry));
        }
    }
    return journal;
}

sender::SendSettings EthereumChain::send_settings() {
    sender::SendSettings send = settings_.send;
    send.waiting = [this] { return queue_.waiting(); };  // asked by the queue's own worker
    send.may_sign = [this] { return may_sign_.load(); };
    return send;
}

follower::FollowSettings EthereumChain::follow_settings() const {
    follower::FollowSettings follow;
    follow.addresses = settings_.deployment.addresses();
    follow.first_block = settings_.deployment.block;
    follow.outage = settings_.send.outage;
    follow.report = settings_.send.report;
    return follow;
}

node::JobTerms EthereumChain::terms() {
    return read_terms(reader_, settings_.deployment, settings_.job);
}

std::vector<node::ChainEvent> EthereumChain::poll() {
    if (lease_) {
        lease_->beat();
    }
    std::vector<node::ChainEvent> events;
    read_blocks(events);
    warn_when_stale();
    send_what_waits();
    read_outcomes(events);
    for (auto& event : std::exchange(refused_, {})) {
        events.push_back(std::move(event));
    }
    return events;
}

void EthereumChain::send_what_waits() {
    may_sign_ = may_send();
    if (!may_sign_) {
        return;
    }
    if (std::exchange(recovery_waits_, false) && settings_.mode != Mode::Watch) {
        queue_.recover();
    }
    for (sender::Outgoing& request : std::exchange(waiting_, {})) {
        (void)queue_.submit(std::move(request));
    }
}

void EthereumChain::warn_when_stale() {
    if (follower_.is_stale() && !told_stale_) {
        spdlog::error("ALARM: no new block for {} s: does {} stand still?", follower_.stale_for().count() / 1000,
                      origin_of(settings_.url));
    }
    told_stale_ = follower_.is_stale();
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
    const std::size_t before = out.size();
    for (const auto& log : block.logs) {
        const auto contract = settings_.deployment.contract_at(log.address);
        const auto event = contract ? contracts::decode_event(*contract, log) : std::nullopt;
        auto bodies = event ? translate(*event, settings_.job) : std::vector<node::ChainEventBody>{};
        for (auto& body : bodies) {
            if (const auto* posted = std::get_if<node::CommitmentsPosted>(&body)) {
                reveal_until_[posted->segment] = posted->reveal_until_block;
            }
            out.push_back({block.block.number, log.transaction, std::move(body)});
        }
    }
    if (out.size() > before) {
        told_of_.push_back(block.block.number);
    }
}

/// Our transactions in it are sent again. They need not log the same behind another block, nor be taken at all: who was told of the
/// block's events is told that they are gone.
void EthereumChain::take(const follower::BlockReverted& block, std::vector<node::ChainEvent>& out) {
    spdlog::warn("block {} left the chain; what we sent in it is sent again", block.block.number);
    recovery_waits_ = true;
    if (!told_of_.empty() && told_of_.back() >= block.block.number) {
        told_of_.pop_back();
        out.push_back({block.block.number, {}, node::BlocksReverted{}});
    }
}

void EthereumChain::submit(const node::ChainAction& action) {
    auto translated = translate(action);
    const Intent intent = intent_of(action);
    if (!allows(settings_.mode, intent.call)) {
        refuse_by_mode(intent);
        return;
    }
    waiting_.push_back({.label = intent.full_call() + " (" + translated.detail + ")",
                        .to = settings_.deployment.address(intent.contract),
                        .data = std::move(translated.call.data),
                        .value = eth::to_u256(translated.call.value),
                        .claim = claim_of(intent),
                        .intent = to_text(intent)});
    send_what_waits();
}

void EthereumChain::refuse_by_mode(const Intent& intent) {
    const std::string why = "bridge.mode is " + std::string(to_string(settings_.mode)) + ": " + intent.full_call() +
                            " of segment " + std::to_string(intent.segment.value) + " is not sent";
    spdlog::warn("{}", why);
    refused_.push_back({follower_.head(), {}, node::ActionRefused{intent.action(), why, intent.segment}});
}

/// Votes are of use until their window closes, a settlement until the job counts as stalled; nothing else has a block of its own.
sender::Claim EthereumChain::claim_of(const Intent& intent) {
    if (intent.call == "settle") {
        return {kind_of(intent.call).fee_class, term_of_settlement()};
    }
    const auto window = reveal_until_.find(intent.segment);
    const bool is_vote = intent.call == "castVotes" && window != reveal_until_.end();
    return {kind_of(intent.call).fee_class, {follower_.head(), is_vote ? window->second : 0}};
}

/// From the job's last progress to the block after which anybody may void it, and nobody is paid.
sender::Term EthereumChain::term_of_settlement() {
    try {
        const contracts::Views board(reader_, settings_.deployment);
        const std::uint64_t progress = board.job(settings_.job).last_progress_block;
        return {progress, progress + board.rules().stall_blocks};
    } catch (const RpcError& why) {
        spdlog::warn("how long the settlement has is unknown, so it pays as if it had for ever: {}", why.what());
        return {follower_.head(), 0};
    }
}

std::vector<node::TransactionCost> EthereumChain::costs() {
    try {
        await_receipts();
        note_earlier_costs();
    } catch (const std::exception& error) {  // of the worker, or of a node that is gone
        spdlog::warn("not all costs are known: {}", error.what());
    }
    return costs_;
}

void EthereumChain::await_receipts() {
    const auto deadline = Deadline::in(clock_, kReceiptPatience);
    std::vector<node::ChainEvent> too_late_to_matter;
    while (queue_.unfinished() > 0 && !deadline.passed(clock_) && pause_.wait(kReceiptPoll)) {
        read_outcomes(too_late_to_matter);
    }
    read_outcomes(too_late_to_matter);
}

void EthereumChain::read_outcomes(std::vector<node::ChainEvent>& out) {
    for (const auto& sent : queue_.poll()) {
        const auto intent = intent_from(sent.intent);
        if (!intent || intent->job != settings_.job) {
            continue;  // an earlier process of this key, on another job
        }
        if (const auto* receipt = std::get_if<rpc::Receipt>(&sent.outcome)) {
            note_cost(sent.intent, sent.label, *receipt);
        } else {
            out.push_back(
                {follower_.head(), {}, node::ActionRefused{intent->action(), reason_of(sent, *intent), intent->segment}});
        }
    }
}

/// What is mined a second time, or told a second time, is paid for once.
void EthereumChain::note_cost(const std::string& intent, const std::string& label, const rpc::Receipt& receipt) {
    const bool known =
        std::any_of(costs_.begin(), costs_.end(), [&](const auto& cost) { return cost.transaction == receipt.transaction; });
    const auto parsed = intent_from(intent);
    if (!known && parsed) {
        costs_.push_back({parsed->full_call(), detail_of(label), receipt.transaction, receipt.block.number, receipt.gas_used});
    }
}

void EthereumChain::note_earlier_costs() {
    for (const auto& entry : std::exchange(earlier_, {})) {
        if (const auto receipt = rpc::receipt(reader_, entry.signed_bytes.hash)) {
            note_cost(entry.intent, entry.label, *receipt);
        }
    }
}

}  // namespace cone::adapter
