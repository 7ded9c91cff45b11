// An executor's rank: its key, its store, its engine, and then the executor loop.
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "bridge/adapter/member_endpoint.hpp"
#include "bridge/adapter/member_voice.hpp"
#include "bridge/adapter/votes.hpp"
#include "cone/base/errors.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/directory_state_store.hpp"
#include "cone/cli/file_notebook.hpp"
#include "cone/cli/prepare.hpp"
#include "cone/cli/roles.hpp"
#include "cone/cli/run_ranks.hpp"
#include "cone/data/content_store.hpp"
#include "cone/data/file.hpp"
#include "cone/node/executor.hpp"
#include "cone/report/step_json.hpp"
#include "cone/training/engine.hpp"
#include "cone/training/traced_source.hpp"

namespace cone::cli {
namespace {

constexpr Millis kLongestCall{2000};

/// Half of the time that the bridge waits for a reveal: a member that keeps its vote back can still say why.
Millis root_patience(const config::Config& config) {
    return Millis(std::chrono::seconds(config.execution.reveal_timeout_s)) / 2;
}

/// Nothing when the configuration names no endpoint for members.
std::unique_ptr<adapter::MemberEndpoint> open_endpoint(const config::Config& config) {
    if (config.chain.member_rpc_url.empty()) {
        return nullptr;
    }
    return std::make_unique<adapter::MemberEndpoint>(
        adapter::MemberEndpointSettings{.url = config.chain.member_rpc_url,
                                        .chain_id = config.chain.chain_id,
                                        .deployment = contracts::load_deployment(config::deployment_path(config)),
                                        .call_timeout = std::min(kLongestCall, root_patience(config) / 4)});
}

/// Past the bridge, with the member's own key; nothing without an endpoint of its own.
std::unique_ptr<adapter::MemberVoice> open_voice(const config::Config& config, std::uint32_t executor) {
    if (config.chain.member_rpc_url.empty()) {
        return nullptr;
    }
    return std::make_unique<adapter::MemberVoice>(
        adapter::MemberVoiceSettings{.url = config.chain.member_rpc_url,
                                     .deployment = contracts::load_deployment(config::deployment_path(config)),
                                     .send = send_settings(config)},
        signer_for(config, Role::Executor, executor));
}

std::vector<node::PlannedFault> planted(const config::Config& config) {
    std::vector<node::PlannedFault> faults;
    for (const auto& fault : config.faults) {
        if (const auto kind = node::fault_from_name(fault.kind)) {
            faults.push_back({SegmentIndex(fault.segment), fault.member, *kind});
        }
    }
    return faults;
}

/// The spec in the welcome is only believed when it hashes to what the chain has.
training::JobContext context_of(const node::Welcome& welcome) {
    auto spec = job::spec_from_canonical(welcome.spec);
    if (job::spec_hash(spec) != welcome.spec_hash) {
        throw DataError("the job spec hashes to " + to_hex(job::spec_hash(spec)) + ", not to " + to_hex(welcome.spec_hash));
    }
    if (const auto problem = job::validate(spec)) {
        throw DataError("job spec: " + problem->field + ": " + problem->reason, problem->hint);
    }
    auto context = training::make_context(std::move(spec), welcome.shard_roots);
    if (context.job_hash != welcome.job_hash) {
        throw DataError("spec and shards give the job hash " + to_hex(context.job_hash) + ", the chain has " +
                        to_hex(welcome.job_hash));
    }
    return context;
}

/// [execution] trace: nothing when it is "none".
training::TrainingEngine::MakeSource tracing(const config::Config& config, const training::JobContext& context, JobId job,
                                             std::uint32_t executor) {
    if (config.execution.trace != "operator") {
        return {};
    }
    const auto name = trace::parse_step_name(config.execution.trace_step);
    const auto file =
        job_folder(config, job.value) / ("operators-" + text_of(name) + "-executor-" + std::to_string(executor) + ".json");
    return training::with_step_trace(context, name, [file](const trace::StepTrace& trace) {
        const std::string document = report::to_json(trace);
        std::filesystem::create_directories(file.parent_path());
        data::write_file_atomically(file, Bytes(document.begin(), document.end()));
    });
}

node::ExecutorOptions options_of(const config::Config& config, const Clock& clock) {
    node::ExecutorOptions options;
    options.heartbeat = std::chrono::seconds(config.execution.heartbeat_s);
    options.reveal_timeout = std::chrono::seconds(config.execution.reveal_timeout_s);
    options.root_patience = root_patience(config);
    options.give_up = Deadline::in(clock, job_timeout(config));
    options.faults = planted(config);
    return options;
}

}  // namespace

node::SeatEnd run_executor_rank(const config::Config& config, const node::Seat& seat) {
    const bool leads = seat.team.rank() == 0;
    const auto executor = narrow<std::uint32_t>(*seat.executor);
    const data::DirectoryStore shards(config::store_dir(config));
    DirectoryStateStore states(config::store_dir(config));
    const SteadyClock clock;
    std::optional<adapter::KeyVoteSigner> signer;
    std::unique_ptr<adapter::MemberEndpoint> endpoint;
    std::unique_ptr<adapter::MemberVoice> voice;
    if (leads) {
        signer.emplace(key_for(config, Role::Executor, executor));
        endpoint = open_endpoint(config);
        voice = open_voice(config, executor);
    }
    const node::ExecutorPorts ports{
        .team = seat.team,
        .mailbox = leads ? &seat.mailbox : nullptr,
        .signer = leads ? &*signer : nullptr,
        .store = states,
        .clock = clock,
        .make_engine = [&](const node::Welcome& welcome) -> std::unique_ptr<training::SegmentEngine> {
            const auto context = context_of(welcome);
            return training::make_engine(context, shards, parallelism_of(config),
                                         tracing(config, context, welcome.job, executor));
        },
        .endpoint = endpoint.get(),
        .voice = voice.get(),
        .open_notebook = [&](const node::Welcome& welcome) -> std::unique_ptr<node::Notebook> {
            const auto folder = job_folder(config, welcome.job.value);
            return std::make_unique<FileNotebook>(
                notebook_path(folder, welcome.job_seed, "executor-" + std::to_string(executor)));
        }};
    const auto end = node::run_executor(ports, options_of(config, clock));
    const bool lost = end == node::ExecutorEnd::BridgeLost;
    return {static_cast<int>(lost ? ExitCode::TryAgain : ExitCode::Ok), end == node::ExecutorEnd::Stopped};
}

}  // namespace cone::cli
