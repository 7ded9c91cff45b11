// Transactions of sellers, executors and buyers, in the order a market needs them.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/market_setup.hpp"

#include <algorithm>

#include "bridge/contracts/catalogue.hpp"
#include "bridge/contracts/events.hpp"
#include "bridge/contracts/records.hpp"
#include "bridge/rpc/header.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"

namespace cone::cli {
namespace {

constexpr int kCloseTries = 8;

contracts::Request request_of(const config::Config& config, const job::JobSpec& spec, const Address& bridge) {
    const auto& agreement = spec.agreement;
    return {.spec_hash = job::spec_hash(spec),
            .tau_bp = spec.threshold_bp,
            .min_sellers = narrow<std::uint16_t>(spec.min_sellers),
            .segments = narrow<std::uint16_t>(spec.schedule.segments()),
            .lead = narrow<std::uint16_t>(agreement.lead),
            .policy = static_cast<std::uint8_t>(agreement.growth),
            .min_size = narrow<std::uint16_t>(agreement.min_size),
            .c_num = narrow<std::uint16_t>(agreement.c_num),
            .c_den = narrow<std::uint16_t>(agreement.c_den),
            .executor_share_bp = narrow<std::uint16_t>(config.market.executor_share_bp),
            .bridge = bridge};
}

/// Waits until the chain is past `block`; progress and a sign of life once a second.
void wait_past_block(Connection& connection, Account& bridge, std::uint64_t block, const std::string& what) {
    for (auto head = rpc::block_number(connection.client()); head <= block; head = rpc::block_number(connection.client())) {
        say("  " + what + ": block " + std::to_string(head) + " of " + std::to_string(block));
        bridge.show_life();
        if (interrupted() || !connection.pause().wait(Millis(1000))) {
            throw Error(ExitCode::Interrupted, "interrupted while waiting for block " + std::to_string(block), "");
        }
    }
}

/// A bid near the end moves the end, whoever places it.
void wait_past_auction(Connection& connection, Account& bridge, JobId auction) {
    for (std::uint64_t end = 0; connection.views().auction_end(auction) > end;) {
        end = connection.views().auction_end(auction);
        wait_past_block(connection, bridge, end, "auction closes");
    }
}

JobId running_auction(Connection& connection, const config::Config& config) {
    return connection.views().running_auction(contracts::tag_set(config.market.tags));
}

/// The event `name` among a receipt's logs.
std::optional<contracts::Event> event_in(Connection& connection, const rpc::Receipt& receipt, const std::string& name) {
    for (const auto& log : receipt.logs) {
        const auto contract = connection.deployment().contract_at(log.address);
        auto event = contract ? contracts::decode_event(*contract, log) : std::nullopt;
        if (event && event->name == name) {
            return event;
        }
    }
    return std::nullopt;
}

/// Before any of them is placed: one that is outbid cannot be taken back.
void require_affordable(Connection& connection, const config::Config& config, const contracts::Request& request) {
    const Wei most = connection.views().most_bid(request);
    say("  at most " + to_ether_string(most) + " ether may be bid for " + std::to_string(request.segments) + " segments");
    for (const auto& bid : config.market.bids) {
        if (bid.amount > most) {
            throw ConfigError("market.bids: buyer " + std::to_string(bid.buyer) + " bids " + to_ether_string(bid.amount) +
                                  " ether; the contracts take at most " + to_ether_string(most),
                              "bid less, set a smaller market.executor_share_bp, or vote on more segments");
        }
    }
}

void place_bids(Connection& connection, const config::Config& config, const job::JobSpec& spec, Account& bridge) {
    const auto request = request_of(config, spec, bridge.address());
    require_affordable(connection, config, request);
    for (const auto& bid : config.market.bids) {
        Account buyer(connection, config, Role::Buyer, bid.buyer);
        const JobId running = running_auction(connection, config);
        buyer.send(running == JobId(0) ? contracts::open_auction(contracts::tag_set(config.market.tags), request, bid.amount)
                                       : contracts::bid(running, request, bid.amount));
        say("  buyer " + std::to_string(bid.buyer) + " bids " + to_ether_string(bid.amount) + " ether");
        bridge.show_life();
    }
}

/// Whoever registers a shard in the block of the closing changes a list that was read before it: the lists are read anew then.
rpc::Receipt close_with_new_lists(Connection& connection, Account& bridge, JobId auction, const std::vector<Hash32>& tags) {
    for (int left = kCloseTries;; --left) {
        const auto lists = contracts::read_lists(connection.client(), connection.deployment(), tags);
        try {
            return bridge.send(contracts::close_auction(auction, lists));
        } catch (const CallRefused& refused) {
            if (left == 1 || !contracts::lists_are_old(refused.reason)) {
                throw;
            }
            say("  a shard was registered meanwhile; closing with the new lists");
        }
    }
}

}  // namespace

std::size_t register_executors(Connection& connection, const config::Config& config) {
    const Wei stake = connection.views().unit_stake();
    std::size_t registered = 0;
    for (std::uint32_t i = 0; i < config.execution.executors; ++i) {
        Account executor(connection, config, Role::Executor, i);
        if (connection.views().executor(executor.address()).status == contracts::ExecutorEntry::Status::None) {
            executor.send(contracts::register_executor(1, stake));
            ++registered;
        }
    }
    return registered;
}

std::size_t register_shards(Connection& connection, const config::Config& config, const PreparedData& data) {
    std::size_t registered = 0;
    for (std::uint32_t i = 0; i < data.seller_roots.size(); ++i) {
        const auto& root = data.seller_roots[i];
        if (connection.views().owner_of(root).is_zero()) {
            Account(connection, config, Role::Seller, i)
                .send(contracts::register_shard(contracts::tag_set(config.market.tags), root, config.data.images_per_seller,
                                                config.market.reserve));
            ++registered;
        }
    }
    return registered;
}

JobId hold_auction(Connection& connection, const config::Config& config, const job::JobSpec& spec, Account& bridge) {
    if (const JobId stale = running_auction(connection, config); stale != JobId(0)) {
        say("  auction " + std::to_string(stale.value) + " for these tags is still open; bidding in it");
    }
    place_bids(connection, config, spec, bridge);
    const JobId auction = running_auction(connection, config);
    wait_past_auction(connection, bridge, auction);
    const auto receipt = close_with_new_lists(connection, bridge, auction, contracts::tag_set(config.market.tags));
    if (const auto opened = event_in(connection, receipt, "JobOpened")) {
        return JobId(opened->number("jobId"));
    }
    throw ChainError("the auction is void: fewer than " + std::to_string(spec.min_sellers) + " sellers matched at this price",
                     "lower market.reserve_ether or market.min_sellers, or bid more");
}

void fix_seed(Connection& connection, Account& bridge, JobId job) {
    const std::uint64_t seed_block = connection.views().job(job).seed_block;
    wait_past_block(connection, bridge, seed_block, "seed block");
    const auto header = rpc::block_header(connection.client(), seed_block);
    if (!header) {
        throw RpcError("the node does not have block " + std::to_string(seed_block), "is it synchronised?");
    }
    bridge.send(contracts::fix_seed(job, rpc::header_rlp(*header)));
}

}  // namespace cone::cli
