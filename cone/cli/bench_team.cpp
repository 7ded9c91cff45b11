// cone bench team: one segment on one rank and on the whole team, in turn, with the digests compared.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_team.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cone/base/errors.hpp"
#include "cone/base/median.hpp"
#include "cone/cli/prepare.hpp"
#include "cone/comm/mpi_world.hpp"
#include "cone/data/content_store.hpp"
#include "cone/training/engine.hpp"

namespace cone::cli {
namespace {

constexpr std::chrono::seconds kTeamTimeout{600};

/// Rank 0 cuts the data; everybody builds the same job from it.
training::JobContext make_job(const config::Config& config, comm::Communicator& team) {
    data::DirectoryStore store(config::store_dir(config));
    if (team.rank() == 0) {
        (void)prepare_data(config, store);
    }
    (void)team.broadcast({}, 0);
    const auto data = prepare_data(config, store);
    return training::make_context(prepare_spec(config, data), data.seller_roots);
}

struct Timed {
    double seconds = 0;
    Hash32 digest;
};

Timed run_once(training::SegmentEngine& engine, const training::JobContext& job, comm::Communicator& team) {
    const training::SegmentTask task{
        .segment = SegmentIndex(0), .attempt = AttemptIndex(0), .previous_digest = job.job_hash, .attempt_seed = job.job_hash};
    const auto from = engine.initial_state();
    const auto start = std::chrono::steady_clock::now();
    const auto result = engine.run(task, from, team, {});
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), result.digest};
}

void require_equal(const Hash32& alone, const Hash32& together) {
    if (alone != together) {
        throw Error(ExitCode::Mismatch, "the team's digest " + to_hex(together) + " differs from one rank's " + to_hex(alone),
                    "a bug: please report it");
    }
}

ExitCode report(const Common& common, const config::Config& config, int ranks, const std::vector<double>& alone,
                const std::vector<double>& together) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < alone.size(); ++i) {
        ratios.push_back(alone[i] / together[i]);
    }
    char text[256];
    std::snprintf(text, sizeof text,
                  "one segment of %s, %u draws a round, medians of %zu\n  1 rank    %7.2f s\n  %d ranks   %7.2f s\n  speed-up  "
                  "%7.2f, digests equal",
                  config.network.c_str(), config.osmd.draws, alone.size(), median(alone), ranks, median(together),
                  median(ratios));
    print_result(common, "bench team",
                 {{"ranks", ranks}, {"one_rank_s", median(alone)}, {"team_s", median(together)}, {"speed_up", median(ratios)}},
                 text);
    return ExitCode::Ok;
}

ExitCode bench_team(const Common& common, std::size_t repeats) {
    const auto config = load(common);
    int argc = 0;
    char** argv = nullptr;
    comm::MpiWorld world(argc, argv);
    const auto team = world.split_team(0, kTeamTimeout);
    const auto job = make_job(config, *team);
    const auto engine = training::make_engine(job, data::DirectoryStore(config::store_dir(config)), parallelism_of(config));
    comm::SoloCommunicator solo;
    std::vector<double> alone;
    std::vector<double> together;
    for (std::size_t i = 0; i < repeats; ++i) {
        const Timed one = team->rank() == 0 ? run_once(*engine, job, solo) : Timed{};
        (void)team->broadcast({}, 0);
        const Timed all = run_once(*engine, job, *team);
        if (team->rank() == 0) {
            require_equal(one.digest, all.digest);
            alone.push_back(one.seconds);
            together.push_back(all.seconds);
        }
    }
    return team->rank() == 0 ? report(common, config, world.size(), alone, together) : ExitCode::Ok;
}

}  // namespace

void add_bench_team(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto repeats = std::make_shared<std::size_t>(3);
    auto* command = bench.add_subcommand("team", "Speed-up of a team over one rank: mpirun -n 2 cone bench team --config FILE");
    add_common(*command, *common, true);
    command->add_option("--repeats", *repeats, "Runs of each, in turn")->capture_default_str()->check(CLI::Range(1, 99));
    command->callback([=, &chosen] { chosen = [=] { return bench_team(*common, *repeats); }; });
}

}  // namespace cone::cli
