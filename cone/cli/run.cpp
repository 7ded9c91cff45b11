// cone run: under mpirun or srun, one rank is the bridge, the others are executors' teams.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>
#include <string>

#include "cone/base/log.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/run_ranks.hpp"

namespace cone::cli {
namespace {

/// The bridge tells how the job goes; executors speak up when something is wrong, or when more is asked for.
void set_up_rank_log(const node::Seat& seat, const std::string& level) {
    if (seat.executor) {
        set_up_log("executor " + std::to_string(*seat.executor), level == "info" ? "warn" : level);
    } else {
        set_up_log("bridge", level);
    }
}

/// Executors that train for a bridge that sends nothing would train for nothing.
void require_mode_that_sends(const config::Config& config) {
    if (config.bridge.mode == "watch") {
        throw ConfigError(
            "bridge.mode is watch on chain " + std::to_string(config.chain.chain_id) + ": this run would send nothing",
            "--mode act, or --mode defend to end only what has begun");
    }
}

ExitCode run_run(const Common& common, std::uint64_t job, bool print_ranks) {
    const auto config = load(common);
    if (print_ranks) {
        std::printf("%d\n", plan_of(config).world_size());
        return ExitCode::Ok;
    }
    require_mode_that_sends(config);
    node::MpiRunOptions options;
    options.plan = plan_of(config);
    options.team_timeout = std::chrono::seconds(config.execution.segment_timeout_s);
    options.job_timeout = job_timeout(config);
    int argc = 0;
    char** argv = nullptr;
    const int code = node::run_under_mpi(argc, argv, options, [&](const node::Seat& seat) {
        set_up_rank_log(seat, common.log_level);
        return seat.executor ? run_executor_rank(config, seat) : run_bridge_rank(config, job, seat, common.json);
    });
    return static_cast<ExitCode>(code);
}

}  // namespace

node::RankPlan plan_of(const config::Config& config) {
    return {.executors = config.execution.executors,
            .ranks_per_executor = static_cast<int>(config.execution.ranks_per_executor)};
}

Millis job_timeout(const config::Config& config) {
    // Every segment may need each executor in an attempt of its own, and the chain its windows between.
    const std::uint64_t attempts = std::uint64_t{config.schedule.segments()} * config.execution.executors;
    return std::chrono::seconds(attempts * (config.execution.segment_timeout_s + config.execution.reveal_timeout_s) +
                                config.chain.outage_s);
}

void add_run(CLI::App& app, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto job = std::make_shared<std::uint64_t>(0);
    auto print_ranks = std::make_shared<bool>(false);
    auto* command = app.add_subcommand("run", "Run a job: mpirun -n RANKS cone run --config FILE");
    add_common(*command, *common, true);
    command->add_option("--job", *job, "Job number (default: the newest)");
    command->add_option_function<std::string>(
        "--mode", [common](const std::string& mode) { common->set.push_back("bridge.mode=" + mode); },
        "What the bridge may send: watch, defend or act (default: act on a development chain, else watch)");
    command->add_flag("--print-ranks", *print_ranks, "Print how many ranks the configuration needs, and leave");
    command->callback([=, &chosen] { chosen = [=] { return run_run(*common, *job, *print_ranks); }; });
}

}  // namespace cone::cli
