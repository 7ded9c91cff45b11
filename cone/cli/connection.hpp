// A node, its contracts, and accounts that send: what every chain command opens first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "bridge/contracts/deployment.hpp"
#include "bridge/contracts/transactions.hpp"
#include "bridge/contracts/views.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/client.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/sender/journal.hpp"
#include "bridge/sender/lease.hpp"
#include "bridge/sender/sender.hpp"
#include "cone/base/clock.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/roles.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// The node of the config, checked for the chain id; the deployment, checked for code.
class Connection {
public:
    /// Throws EnvironmentError when there is no deployment or no node (with the command that starts one), ConfigError on
    /// another chain id.
    explicit Connection(const config::Config& config);

    [[nodiscard]] rpc::Client& client() { return client_; }
    [[nodiscard]] const contracts::Deployment& deployment() const { return deployment_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] rpc::StoppablePause& pause() { return pause_; }

    [[nodiscard]] contracts::Views views() { return {client_, deployment_}; }

private:
    contracts::Deployment deployment_;
    std::string url_;
    rpc::CurlTransport transport_;
    rpc::StoppablePause pause_;
    rpc::Client client_;
};

/// Where the node is: chain.rpc_url, else what `cone devnet up` wrote down. Throws EnvironmentError when there is neither.
[[nodiscard]] std::string node_url(const config::Config& config);

/// How this program sends: patience and limits of the config, outages told to people.
[[nodiscard]] sender::SendSettings send_settings(const config::Config& config);

/// The contract said no, for `reason`: its error by name.
struct CallRefused : ChainError {
    CallRefused(const std::string& call, std::string why) : ChainError(call + " refused: " + why), reason(std::move(why)) {}
    std::string reason;
};

/// What a sender keeps between two processes, if anything.
struct KeptSends {
    std::unique_ptr<sender::Lease> lease;
    std::unique_ptr<sender::Journal> journal = std::make_unique<sender::MemoryJournal>();
};

/// One key that sends, waiting for each receipt.
class Account {
public:
    /// For commands that send once: nothing is kept.
    Account(Connection& connection, const config::Config& config, Role role, std::uint32_t index = 0);
    /// For commands of a key that another process may send with: with its lease, as the bridge has it, and nothing kept. Throws
    /// sender::LeaseHeld when another process uses the key.
    [[nodiscard]] static std::unique_ptr<Account> alone(Connection& connection, const config::Config& config, Role role);
    /// For what is started again: with journal and lease in <output.dir>/journal, as the bridge has them. What an earlier process
    /// signed is settled first. Throws sender::LeaseHeld when another process uses the key.
    [[nodiscard]] static std::unique_ptr<Account> kept(Connection& connection, const config::Config& config, Role role);

    [[nodiscard]] const Address& address() const { return signer_->address(); }
    [[nodiscard]] Wei balance();
    /// Throws CallRefused when the contract says no, ChainError when the node does. `term`: blocks in which it is of use.
    /// `intent`: what is wanted, in the same words from every process; done before, it is not done again. Empty: a new wish.
    rpc::Receipt send(const contracts::ContractCall& call, const sender::Term& term = {}, const std::string& intent = {});
    /// Call often while the lease is held. Throws EnvironmentError when another process took over.
    void show_life();

private:
    Account(Connection& connection, std::unique_ptr<eth::Signer> signer, std::string name, KeptSends kept,
            sender::SendSettings settings);

    Connection& connection_;
    std::unique_ptr<eth::Signer> signer_;
    std::string name_;
    SteadyClock clock_;
    KeptSends kept_;
    sender::Sender sender_;
};

}  // namespace cone::cli
