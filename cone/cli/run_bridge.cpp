// Rank 0: opens the chain, runs the job's bridge loop, writes result, receipt and report.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include "bridge/adapter/ethereum_chain.hpp"
#include "bridge/adapter/votes.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/file_notebook.hpp"
#include "cone/cli/job_choice.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/key_wait.hpp"
#include "cone/cli/run_files.hpp"
#include "cone/cli/run_ranks.hpp"
#include "cone/node/bridge_loop.hpp"
#include "cone/node/messages.hpp"
#include "cone/node/record.hpp"

namespace cone::cli {
namespace {

constexpr int kHomeTries = 100;
constexpr Millis kHomePause{20};

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
    auto send = send_settings(config);
    send.waits_for_ether = true;
    return {.url = connection.url(),
            .deployment = connection.deployment(),
            .job = job,
            .send = std::move(send),
            .cursor_file = {},
            .journal_folder = std::filesystem::path(config.output.dir) / "journal",
            .second_url = config.chain.second_rpc_url,
            .mode = *adapter::mode_from_name(config.bridge.mode)};
}

/// What has to work before anybody is told to start: node, contracts, job, spec.
struct OpenJob {
    OpenJob(const config::Config& config, std::uint64_t wanted_job)
        : connection(config),
          id(choose_job(connection, config, wanted_job)),
          chain(chain_settings(config, connection, id), signer_for(config, Role::Bridge)),
          terms(chain.terms()),
          spec(load_job_spec(job_folder(config, id.value), terms.spec_hash)),
          notebook(notebook_path(job_folder(config, id.value), terms.job_seed, "bridge")) {}

    Connection connection;
    JobId id;
    adapter::EthereumChain chain;
    node::JobTerms terms;
    job::JobSpec spec;
    FileNotebook notebook;
};

node::BridgeOutcome run_open_job(const config::Config& config, OpenJob& job, const node::Seat& seat) {
    const SteadyClock clock;
    const adapter::EthVoteVerifier verifier;
    const node::BridgePorts ports{.mailbox = seat.mailbox,
                                  .chain = job.chain,
                                  .clock = clock,
                                  .verifier = verifier,
                                  .leaders = seat.leaders,
                                  .interrupted = &seat.interrupted,
                                  .progress = say,
                                  .notebook = &job.notebook};
    return node::run_bridge(ports, options_of(config, job.spec));
}

/// The executors are waiting for a job that will not come.
void send_everybody_home(const node::Seat& seat, const std::string& reason, bool all_alive = true) {
    for (const int leader : seat.leaders) {
        seat.mailbox.send(leader,
                          node::encode(node::ToExecutor(node::Stop{.reason = reason, .all_alive = all_alive ? 1U : 0U})));
    }
    rpc::StoppablePause pause;
    for (int i = 0; i < kHomeTries && seat.mailbox.pending_sends() > 0; ++i) {
        (void)pause.wait(kHomePause);
    }
}

node::SeatEnd leave_it_to_the_other(const node::Seat& seat, KeyWait waited) {
    const bool done = waited == KeyWait::Done;
    const std::string why = done ? "the other bridge brought the job to its end" : "interrupted";
    say(why);
    send_everybody_home(seat, why, done);
    return {static_cast<int>(done ? ExitCode::Ok : ExitCode::Interrupted), done};
}

}  // namespace

node::SeatEnd run_bridge_rank(const config::Config& config, std::uint64_t wanted_job, const node::Seat& seat, bool json) {
    const RunClock started;
    std::unique_ptr<OpenJob> job;
    try {
        const KeyWait waited = wait_for_key(config, wanted_job, seat.interrupted);
        if (waited != KeyWait::Free) {
            return leave_it_to_the_other(seat, waited);
        }
        job = std::make_unique<OpenJob>(config, wanted_job);
    } catch (const Error& error) {
        print_error(error);
        send_everybody_home(seat, error.what());
        return {static_cast<int>(error.code()), true};
    }
    const auto outcome = run_open_job(config, *job, seat);
    const auto facts = facts_of(config, job->connection, job->spec, job_folder(config, job->id.value), started);
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
