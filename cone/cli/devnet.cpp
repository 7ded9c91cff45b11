// cone devnet: a local Ethereum node (anvil or geth) with freshly deployed contracts and funded test accounts.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/devnet.hpp"

#include <fstream>
#include <memory>

#include "bridge/contracts/deploy.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/devnet_node.hpp"
#include "cone/cli/process.hpp"
#include "cone/cli/version.hpp"
#include "cone/data/file.hpp"

namespace cone::cli {
namespace {

constexpr int kStartTries = 400;
constexpr Millis kStartPause{50};
constexpr int kStopGraceMs = 3000;

std::filesystem::path pid_file(const config::Config& config) {
    return devnet_folder(config) / "node.pid";
}

std::optional<pid_t> running_pid(const config::Config& config) {
    std::ifstream file(pid_file(config));
    pid_t pid = 0;
    return file >> pid && is_alive(pid) ? std::optional(pid) : std::nullopt;
}

std::string node_program(const std::string& name) {
    if (const auto program = find_program(name)) {
        return *program;
    }
    throw EnvironmentError(name + " not found in PATH or .tools/bin",
                           name == "geth" ? "CONE_WITH_GETH=1 scripts/setup installs it" : "scripts/setup installs it");
}

void wait_for_node(rpc::Client& client, rpc::Pause& pause, pid_t pid, const std::filesystem::path& log) {
    for (int i = 0; i < kStartTries; ++i) {
        try {
            (void)rpc::block_number(client);
            return;
        } catch (const rpc::CallFailed&) {
            if (!is_alive(pid) || !pause.wait(kStartPause)) {
                break;
            }
        }
    }
    throw EnvironmentError("the node did not start", "its log is " + log.string());
}

contracts::DeployTerms deploy_terms(const config::Config& config, const Address& admin) {
    const auto& d = config.devnet;
    contracts::DeployTerms terms;
    terms.unit_stake = d.unit_stake;
    terms.unstake_delay_blocks = d.unstake_blocks;
    terms.admin = admin;
    terms.rules = {.seed_lag_blocks = d.seed_lag_blocks,
                   .commit_blocks = d.commit_blocks,
                   .reveal_blocks = d.reveal_blocks,
                   .challenge_blocks = d.challenge_blocks,
                   .stall_blocks = d.stall_blocks,
                   .hard_slash_bp = narrow<std::uint16_t>(d.hard_slash_bp),
                   .soft_slash_bp = narrow<std::uint16_t>(d.soft_slash_bp),
                   .challenge_bond = d.challenge_bond};
    terms.timing = {
        .auction_blocks = d.auction_blocks, .extension_blocks = d.auction_blocks / 2, .hard_end_blocks = d.auction_blocks * 4};
    return terms;
}

contracts::Deployment deploy(const config::Config& config, rpc::Client& client, rpc::Pause& pause) {
    const auto signer = signer_for(config, Role::Deployer);
    sender::MemoryJournal journal;
    const SteadyClock clock;
    sender::Sender sender(client, *signer, journal, clock, pause, send_settings(config));
    const auto plan = contracts::plan_deployment(std::filesystem::path(source_dir()) / "contracts/out",
                                                 deploy_terms(config, signer->address()), signer->address(),
                                                 rpc::transaction_count(client, signer->address()));
    return contracts::deploy(client, plan, [&](const contracts::Creation& creation) {
        const auto outcome =
            sender.send({.label = std::string(contracts::name_of(creation.contract)), .data = creation.init_code});
        if (const auto* receipt = std::get_if<rpc::Receipt>(&outcome)) {
            return *receipt;
        }
        throw ChainError("deploying " + std::string(contracts::name_of(creation.contract)) + " failed", "see the node's log");
    });
}

void write_line(const std::filesystem::path& path, const std::string& line) {
    data::write_file_atomically(path, Bytes(line.begin(), line.end()));
}

ExitCode up(const Common& common) {
    const auto config = load(common);
    if (const auto pid = running_pid(config)) {
        print_result(common, "devnet up", {{"pid", *pid}, {"already_running", true}},
                     "already running, pid " + std::to_string(*pid));
        return ExitCode::Ok;
    }
    const auto program = node_program(config.devnet.node);
    std::filesystem::create_directories(devnet_folder(config));
    const auto log = devnet_folder(config) / "node.log";
    const std::uint16_t port = config.devnet.port != 0 ? narrow<std::uint16_t>(config.devnet.port) : free_port();
    const pid_t pid = start_detached(program, node_arguments(config, port, devnet_folder(config)), log);
    write_line(pid_file(config), std::to_string(pid) + "\n");
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    try {
        rpc::CurlTransport transport({.url = url});
        rpc::StoppablePause pause;
        rpc::Client client(transport, pause, {.tries = 1});
        wait_for_node(client, pause, pid, log);
        fund_accounts(client, pause, config);
        contracts::save_deployment(config::deployment_path(config), deploy(config, client, pause));
        write_line(devnet_url_file(config), url + "\n");
    } catch (...) {
        stop_process(pid, kStopGraceMs);
        std::filesystem::remove(pid_file(config));
        throw;
    }
    print_result(common, "devnet up",
                 {{"pid", pid}, {"rpc_url", url}, {"deployment", config::deployment_path(config).string()}},
                 config.devnet.node + " at " + url + " (pid " + std::to_string(pid) + "), contracts in " +
                     config::deployment_path(config).string());
    return ExitCode::Ok;
}

ExitCode down(const Common& common) {
    const auto config = load(common);
    const auto pid = running_pid(config);
    if (pid && !stop_process(*pid, kStopGraceMs)) {
        throw EnvironmentError("pid " + std::to_string(*pid) + " does not stop", "kill it by hand");
    }
    std::filesystem::remove(pid_file(config));
    print_result(common, "devnet down", {{"stopped", pid.has_value()}}, pid ? "stopped" : "not running");
    return ExitCode::Ok;
}

}  // namespace

std::filesystem::path devnet_folder(const config::Config& config) {
    return std::filesystem::path(config.output.dir) / "devnet";
}

std::filesystem::path devnet_url_file(const config::Config& config) {
    return devnet_folder(config) / "node.url";
}

void add_devnet(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto* devnet = app.add_subcommand("devnet", "A local chain with the contracts deployed");
    devnet->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, ExitCode (*run)(const Common&)) {
        auto* command = devnet->add_subcommand(name, help);
        add_common(*command, *common, true);
        command->callback([=, &chosen] { chosen = [=] { return run(*common); }; });
    };
    add("up", "Start devnet.node in the background and deploy; does nothing when it runs already", up);
    add("down", "Stop it", down);
}

}  // namespace cone::cli
