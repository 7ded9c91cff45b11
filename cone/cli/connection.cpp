// Opening a node and sending from an account.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/connection.hpp"

#include <fstream>

#include "bridge/adapter/action_kinds.hpp"
#include "bridge/adapter/key_places.hpp"
#include "bridge/contracts/errors.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/url.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/devnet.hpp"

namespace cone::cli {
namespace {

contracts::Deployment load_contracts(const config::Config& config) {
    const auto path = config::deployment_path(config);
    if (!std::filesystem::exists(path)) {
        throw EnvironmentError("no deployment at " + path.string(),
                               "start a local chain with 'cone devnet up', or set chain.deployment");
    }
    return contracts::load_deployment(path);
}

sender::ClassPolicy class_policy(const config::FeeClass& fees) {
    return {std::chrono::seconds(fees.replace_after_s), eth::U256(fees.max_gwei) * sender::kGwei, eth::to_u256(fees.most),
            eth::to_u256(fees.most_a_day)};
}

sender::FeePolicy fee_policy(const config::Fees& fees) {
    sender::FeePolicy policy;
    policy.dispute = class_policy(fees.dispute);
    policy.commit = class_policy(fees.commit);
    policy.payout = class_policy(fees.payout);
    policy.hard_factor = fees.dispute_hard_factor;
    return policy;
}

adapter::KeyPlaces places_for(Connection& connection, const config::Config& config, const eth::Signer& signer) {
    return adapter::places_of_key(std::filesystem::path(config.output.dir) / "journal", connection.client(),
                                  config.chain.chain_id, signer.address());
}

std::unique_ptr<sender::Lease> lease_of(Connection& connection, const adapter::KeyPlaces& places) {
    static const SteadyClock clock;
    return std::make_unique<sender::Lease>(places.lease, clock, connection.pause());
}

}  // namespace

std::string node_url(const config::Config& config) {
    if (!config.chain.rpc_url.empty()) {
        return config.chain.rpc_url;
    }
    std::ifstream file(devnet_url_file(config));
    std::string url;
    if (!(file >> url)) {
        throw EnvironmentError("no node: chain.rpc_url is empty and no local chain was started",
                               "start one with 'cone devnet up', or set chain.rpc_url");
    }
    return url;
}

sender::SendSettings send_settings(const config::Config& config) {
    sender::SendSettings settings;
    settings.chain_id = config.chain.chain_id;
    settings.poll_interval = Millis(config.chain.poll_ms);
    settings.fees = fee_policy(config.fees);
    settings.alarm = [](const std::string& what) { say("ALARM: " + what); };
    settings.outage = std::chrono::seconds(config.chain.outage_s);
    settings.report = [](std::optional<Millis> away, const std::string& why) {
        say(away ? "node away for " + std::to_string(away->count() / 1000) + " s: " + why : std::string("node is back"));
    };
    return settings;
}

Connection::Connection(const config::Config& config)
    : deployment_(load_contracts(config)), url_(node_url(config)), transport_({.url = url_}), client_(transport_, pause_) {
    try {
        rpc::require_chain_id(client_, config.chain.chain_id);
    } catch (const rpc::CallFailed& error) {
        throw EnvironmentError("no answer from the node at " + origin_of(url_) + ": " + error.what(),
                               "start a local chain with 'cone devnet up', or set chain.rpc_url");
    }
    contracts::check_deployment(client_, deployment_);
}

Account::Account(Connection& connection, const config::Config& config, Role role, std::uint32_t index)
    : Account(connection, signer_for(config, role, index), role_name(role, index), {}, send_settings(config)) {}

Account::Account(Connection& connection, std::unique_ptr<eth::Signer> signer, std::string name, KeptSends kept,
                 sender::SendSettings settings)
    : connection_(connection),
      signer_(std::move(signer)),
      name_(std::move(name)),
      kept_(std::move(kept)),
      sender_(connection.client(), *signer_, *kept_.journal, clock_, connection.pause(), std::move(settings)) {}

std::unique_ptr<Account> Account::alone(Connection& connection, const config::Config& config, Role role) {
    auto signer = signer_for(config, role);
    KeptSends kept;
    kept.lease = lease_of(connection, places_for(connection, config, *signer));
    return std::unique_ptr<Account>(
        new Account(connection, std::move(signer), role_name(role, 0), std::move(kept), send_settings(config)));
}

std::unique_ptr<Account> Account::kept(Connection& connection, const config::Config& config, Role role) {
    auto signer = signer_for(config, role);
    const auto places = places_for(connection, config, *signer);
    auto settings = send_settings(config);
    settings.spend_file = places.fees;
    KeptSends kept;
    kept.lease = lease_of(connection, places);
    kept.journal = std::make_unique<sender::SqliteJournal>(places.journal, places.owner);
    std::unique_ptr<Account> account(
        new Account(connection, std::move(signer), role_name(role, 0), std::move(kept), std::move(settings)));
    account->sender_.recover();
    return account;
}

void Account::show_life() {
    if (kept_.lease) {
        kept_.lease->beat();
    }
}

Wei Account::balance() {
    const auto wei = eth::to_wei(rpc::balance(connection_.client(), address()));
    return wei ? *wei : Wei(~Uint128{0});
}

rpc::Receipt Account::send(const contracts::ContractCall& call, const sender::Term& term, const std::string& intent) {
    const std::string label = name_ + ": " + call.name;
    const auto outcome = sender_.send({.label = label,
                                       .to = connection_.deployment().address(call.contract),
                                       .data = call.data,
                                       .value = eth::to_u256(call.value),
                                       .claim = {adapter::kind_of(call.name).fee_class, term},
                                       .intent = intent});
    if (const auto* reverted = std::get_if<sender::Reverted>(&outcome)) {
        throw CallRefused(label, contracts::describe_revert(call.contract, reverted->why.data));
    }
    if (const auto* refused = std::get_if<sender::Refused>(&outcome)) {
        throw ChainError(label + " refused: " + refused->reason, "does the account have enough ether?");
    }
    return std::get<rpc::Receipt>(outcome);
}

}  // namespace cone::cli
