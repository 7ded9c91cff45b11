// Rank 0: opens the chain, runs the job's bridge loop, writes result, receipt and report.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "bridge/adapter/ethereum_chain.hpp"
#include "bridge/adapter/votes.hpp"
#include "cone/base/log.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/job_choice.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/run_files.hpp"
#include "cone/cli/run_ranks.hpp"
#include "cone/node/bridge_loop.hpp"
#include "cone/node/record.hpp"

namespace cone::cli {
namespace {

node::BridgeOptions options_of(const config::Config& config, const job::JobSpec& spec) {
    node::BridgeOptions options;
    options.poll = Millis(config.chain.poll_ms);
    options.job_timeout = job_timeout(config);
    options.coordinator.executors = config.execution.executors;
    options.coordinator.spec = job::canonical_bytes(spec);
    options.coordinator.segment_timeout = std::chrono::seconds(config.execution.segment_timeout_s);
    options.coordinator.reveal_timeout = std::chrono::seconds(config.execution.reveal_timeout_s);
    return options;
}

adapter::EthereumChainSettings chain_settings(const config::Config& config, const Connection& connection, JobId job) {
    return {.url = connection.url(), .deployment = connection.deployment(), .job = job, .send = send_settings(config), .cursor_file = {}};
}

}  // namespace

node::SeatEnd run_bridge_rank(const config::Config& config, std::uint64_t wanted_job, const node::Seat& seat, bool json) {
    LogOptions log;
    log.name = "bridge";
    set_up_log(log);
    Connection connection(config);
    const JobId job = choose_job(connection, config, wanted_job);
    const auto folder = job_folder(config, job.value);
    adapter::EthereumChain chain(chain_settings(config, connection, job), key_for(config, Role::Bridge));
    const auto spec = load_job_spec(folder, chain.terms().spec_hash);
    const RunClock started;
    const SteadyClock clock;
    const adapter::EthVoteVerifier verifier;
    const node::BridgePorts ports{.mailbox = seat.mailbox,
                                  .chain = chain,
                                  .clock = clock,
                                  .verifier = verifier,
                                  .leaders = seat.leaders,
                                  .interrupted = &seat.interrupted,
                                  .progress = say};
    const auto outcome = node::run_bridge(ports, options_of(config, spec));
    const auto facts = facts_of(config, connection, spec, folder, started);
    const auto summary = write_run(config, node::make_result(outcome, facts), node::make_receipt(outcome.state, facts));
    Common common;
    common.json = json;
    print_result(common, "run", summary.json, summary.text);
    if (!outcome.reason.empty()) {
        say("error: " + outcome.reason);
    }
    return {static_cast<int>(outcome.code), outcome.all_alive};
}

}  // namespace cone::cli
