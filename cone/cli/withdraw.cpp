// cone withdraw: gets out what the contracts hold for a key, by every exit that is open to it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/eth/address.hpp"
#include "bridge/index/claims.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/market_log.hpp"

namespace cone::cli {
namespace {

struct WithdrawOptions {
    std::string role = "buyer";
    std::uint32_t index = 0;
    bool all = false;
    bool stake = false;
    bool dry_run = false;
};

/// One exit of one key: taken, or why not.
struct Exit {
    std::string account;  ///< "buyer-1"
    std::string what;     ///< "credit", "job 3 is stalled", ...
    Wei amount;           ///< that it brought; zero when it only opens another exit
    std::string transaction;
    std::string why_not;  ///< empty when it was taken
};

/// What one key does, in the order in which one exit opens the next: stalled work, bonds, stake, and at last the credit.
class Cashier {
public:
    Cashier(Connection& connection, Account& account, std::string name, const WithdrawOptions& options)
        : connection_(connection), account_(account), name_(std::move(name)), options_(options) {}

    std::vector<Exit> take_all(const index::Claims& claims) {
        for (const JobId auction : claims.open_auctions) {
            take("auction " + text(auction) + " was never closed", contracts::void_stale_auction(auction));
        }
        for (const JobId job : claims.unfinished) {
            take("job " + text(job) + " is stalled", contracts::void_stale(job));
        }
        for (const auto& challenge : claims.challenges) {
            reclaim(challenge);
        }
        if (options_.stake) {
            take_stake();
        }
        take_credit();
        return std::move(exits_);
    }

private:
    static std::string text(JobId id) { return std::to_string(id.value); }

    void take(const std::string& what, const contracts::ContractCall& call, Wei amount = {}) {
        Exit exit{name_, what, amount, {}, {}};
        if (options_.dry_run) {
            exit.why_not = "nothing was sent (--dry-run)";
        } else {
            try {
                exit.transaction = to_hex(account_.send(call).transaction);
            } catch (const CallRefused& refused) {
                exit.why_not = refused.reason;
            }
        }
        exits_.push_back(std::move(exit));
    }

    /// The bond becomes a credit. Most were given back or burned when their challenge was decided.
    void reclaim(const index::ForcedAttempt& challenge) {
        take("bond of " + to_ether_string(challenge.bond) + " ether, job " + text(challenge.job) + " segment " +
                 std::to_string(challenge.segment.value),
             contracts::reclaim_bond(challenge.job, challenge.segment, challenge.attempt));
        if (exits_.back().why_not.find("NoBondHeld") != std::string::npos) {
            exits_.pop_back();
        }
    }

    void take_stake() {
        using Status = contracts::ExecutorEntry::Status;
        const auto entry = connection_.views().executor(account_.address());
        if (entry.status == Status::Active) {
            take("stake of " + to_ether_string(entry.stake) + " ether: exit announced", contracts::announce_exit());
        } else if (entry.status == Status::Leaving) {
            take("stake", contracts::withdraw_stake(), entry.stake);
        }
    }

    void take_credit() {
        const Wei credit = connection_.views().credit_of(account_.address());
        if (credit > Wei{}) {
            take("credit", contracts::withdraw(), credit);
        }
    }

    Connection& connection_;
    Account& account_;
    std::string name_;
    const WithdrawOptions& options_;
    std::vector<Exit> exits_;
};

Role role_from(const std::string& name) {
    const auto* found = std::find(config::kKeyRoles.begin(), config::kKeyRoles.end(), name);
    return static_cast<Role>(found - config::kKeyRoles.begin());
}

/// With the lease of a key that `cone run` or `cone watch` may be using.
std::unique_ptr<Account> open_account(Connection& connection, const config::Config& config, Role role, std::uint32_t index) {
    const bool is_shared = role == Role::Bridge || role == Role::Challenger;
    return is_shared ? Account::alone(connection, config, role) : std::make_unique<Account>(connection, config, role, index);
}

Wei sum_of(const std::vector<Exit>& exits) {
    Wei sum;
    for (const auto& exit : exits) {
        sum += exit.why_not.empty() ? exit.amount : Wei{};
    }
    return sum;
}

nlohmann::json json_of(const std::vector<Exit>& exits) {
    auto list = nlohmann::json::array();
    for (const auto& exit : exits) {
        list.push_back({{"account", exit.account},
                        {"what", exit.what},
                        {"amount_wei", to_string(exit.amount)},
                        {"transaction", exit.transaction},
                        {"why_not", exit.why_not}});
    }
    return {{"exits", list}, {"withdrawn_wei", to_string(sum_of(exits))}};
}

std::string text_of(const std::vector<Exit>& exits) {
    std::string text;
    for (const auto& exit : exits) {
        text += exit.account + ": " + exit.what;
        text += exit.amount == Wei{} ? "" : " of " + to_ether_string(exit.amount) + " ether";
        text += exit.why_not.empty() ? "\n" : ": not now: " + exit.why_not + "\n";
    }
    return text + "withdrawn: " + to_ether_string(sum_of(exits)) + " ether";
}

ExitCode run_withdraw(const Common& common, const WithdrawOptions& options) {
    const auto config = load(common);
    const Role role = role_from(options.role);
    Connection connection(config);
    const auto events = market_events(connection);
    std::vector<Exit> exits;
    const std::uint32_t first = options.all ? 0 : options.index;
    const std::uint32_t end = options.all ? keys_of(config, role) : options.index + 1;
    for (std::uint32_t index = first; index < end && !interrupted(); ++index) {
        const auto account = open_account(connection, config, role, index);
        const std::string name = role_name(role, index);
        say(name + ": " + eth::to_checksum(account->address()));
        const auto taken = Cashier(connection, *account, name, options).take_all(index::claims_of(events, account->address()));
        exits.insert(exits.end(), taken.begin(), taken.end());
    }
    print_result(common, "withdraw", json_of(exits), text_of(exits));
    return interrupted() ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace

void add_withdraw(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<WithdrawOptions>();
    auto* command =
        app.add_subcommand("withdraw", "Get out what the contracts hold for a key: credits, bonds, bids of stalled work");
    add_common(*command, *common, true);
    command->add_option("--role", options->role, "Whose key")
        ->check(CLI::IsMember({"bridge", "challenger", "buyer", "seller", "executor"}))
        ->capture_default_str();
    auto* index = command->add_option("--index", options->index, "Number of the key, as in buyer-1")
                      ->check(CLI::Range(0U, 999'999U))
                      ->capture_default_str();
    command->add_flag("--all", options->all, "Every key of the role that the configuration speaks of")->excludes(index);
    command->add_flag("--stake", options->stake, "An executor's stake too: announces its exit, later takes the stake");
    command->add_flag("--dry-run", options->dry_run, "Show what would be sent, send nothing");
    command->callback([=, &chosen] { chosen = [=] { return run_withdraw(*common, *options); }; });
}

}  // namespace cone::cli
