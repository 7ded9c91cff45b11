// cone submit: everything a buyer, the sellers and the executors do before a job runs.
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/market_setup.hpp"
#include "cone/cli/prepare.hpp"

namespace cone::cli {
namespace {

std::set<Hash32> corrupted_roots(const config::Config& config, const PreparedData& data) {
    return {data.seller_roots.end() - config.data.corrupted_sellers, data.seller_roots.end()};
}

std::string plan_text(const config::Config& config, const job::JobSpec& spec) {
    std::string text = "would stake " + std::to_string(config.execution.executors) + " executors, register " +
                       std::to_string(config.data.sellers) + " shards and bid";
    for (const auto& bid : config.market.bids) {
        text += " " + to_ether_string(bid.amount) + " ether (buyer " + std::to_string(bid.buyer) + ")";
    }
    return text + "\nspec " + to_hex(job::spec_hash(spec)) + "\nnothing was sent (--dry-run)";
}

/// As a shell reads it back.
std::string shell_word(const std::string& text) {
    constexpr auto kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+-@%";
    if (text.find_first_not_of(kPlain) == std::string::npos) {
        return text;
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return quoted + "'";
}

/// The command that runs what was submitted, under the same settings; also where there are fewer cores than ranks.
std::string run_command(const Common& common, const config::Config& config) {
    const auto ranks = 1 + config.execution.executors * config.execution.ranks_per_executor;
    std::string command =
        "mpirun --oversubscribe -n " + std::to_string(ranks) + " cone run --config " + shell_word(common.config_path);
    for (const auto& setting : common.set) {
        if (setting.rfind("keys.password_fd=", 0) != 0) {  // mpirun closes descriptors
            command += " --set " + shell_word(setting);
        }
    }
    return command;
}

ExitCode run_submit(const Common& common, bool dry_run) {
    const auto config = load(common);
    say("data: cutting " + std::to_string(config.data.sellers) + " shards from " + config.data.dir);
    data::DirectoryStore store(config::store_dir(config));
    const auto data = prepare_data(config, store);
    say("profile: running the probe of the engine " + config.execution.engine);
    const auto spec = prepare_spec(config, data);
    if (dry_run) {
        print_result(common, "submit", {{"dry_run", true}, {"spec_hash", to_hex(job::spec_hash(spec))}},
                     plan_text(config, spec));
        return ExitCode::Ok;
    }
    Connection connection(config);
    say("executors: " + std::to_string(register_executors(connection, config)) + " staked");
    say("sellers: " + std::to_string(register_shards(connection, config, data)) + " shards registered");
    say("auction:");
    const auto bridge = Account::alone(connection, config, Role::Bridge);  // before a bid, which cannot be taken back
    const JobId job = hold_auction(connection, config, spec, *bridge);
    save_job_files(job_folder(config, job.value), spec, corrupted_roots(config, data));
    say("seed of job " + std::to_string(job.value) + ":");
    fix_seed(connection, *bridge, job);
    print_result(common, "submit", {{"job_id", job.value}, {"spec_hash", to_hex(job::spec_hash(spec))}},
                 "job " + std::to_string(job.value) + " is running; next: " + run_command(common, config));
    return ExitCode::Ok;
}

}  // namespace

void add_submit(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto dry_run = std::make_shared<bool>(false);
    auto* command = app.add_subcommand("submit", "Register executors and shards, hold the auction, open the job");
    add_common(*command, *common, true);
    command->add_flag("--dry-run", *dry_run, "Prepare everything, show what would be sent, send nothing");
    command->callback([=, &chosen] { chosen = [=] { return run_submit(*common, *dry_run); }; });
}

}  // namespace cone::cli
