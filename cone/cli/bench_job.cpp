// ViSDM's published job by default (CIFAR-10 shapes, 62,006 parameters, every client every round), digests on: the same images
// dealt to more and more clients, whose number must not appear in the time.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_job.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <set>

#include "cone/base/errors.hpp"
#include "cone/base/log.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/data/content_store.hpp"
#include "cone/model/train_bench.hpp"
#include "cone/training/engine.hpp"
#include "cone/training/profile.hpp"

namespace cone::cli {
namespace {

constexpr std::uint32_t kRoundsPerSegment = 5;
constexpr std::uint32_t kHeldOut = 1000;     // images of the validation set, and of the test set
constexpr std::uint32_t kDrawsAClient = 14;  // draws are with replacement: a client is missed once in a million times
constexpr Millis kLongest{3'600'000};

struct JobOptions {
    std::vector<std::uint32_t> clients = {2, 5, 25, 50};
    std::uint32_t rounds = 50;
    std::uint32_t images = 45'000;
    std::uint32_t batch = 32;
    int ranks = 2;
};

struct LocalJob {
    training::JobContext context;
    std::shared_ptr<const training::JobData> data;
};

Hash32 put_images(data::MemoryStore& store, const job::ModelSpec& model, std::uint32_t images) {
    return store.put(data::canonical_bytes(model::bench_shard({.model = model, .images = images})));
}

LocalJob make_local_job(const JobOptions& options, std::uint32_t clients) {
    data::MemoryStore store;
    job::JobSpec spec;
    spec.name = "bench";
    spec.model = {.layers = {"conv 6 5", "relu", "maxpool 2", "conv 16 5", "relu", "maxpool 2", "linear 120", "relu",
                             "linear 84", "relu", "linear classes"},
                  .channels = 3,
                  .height = 32,
                  .width = 32};
    spec.local = {.epochs = 1, .batch = options.batch, .learning_rate = 0.001, .optimiser = job::OptimiserKind::Adam};
    spec.osmd = {.aggregation = job::Aggregation::FedAvg, .draws = kDrawsAClient * clients};
    spec.schedule = {.rounds = options.rounds, .rounds_per_segment = kRoundsPerSegment};
    spec.profile = training::make_profile("exact", "");
    const std::vector<Hash32> roots(clients, put_images(store, spec.model, options.images / clients));
    spec.validation_root = spec.test_root = put_images(store, spec.model, kHeldOut);
    auto context = training::make_context(std::move(spec), roots);
    auto data = std::make_shared<const training::JobData>(training::load_job_data(context, store));
    return {std::move(context), std::move(data)};
}

/// What one rank saw of the whole job.
struct Outcome {
    double seconds = 0;
    double digest_seconds = 0;
    std::uint64_t samples = 0;  ///< forward and backward passes, by all ranks
    Hash32 digest;
};

Outcome run_job(const LocalJob& job, comm::Communicator& team) {
    training::TrainingEngine engine(job.context, job.data);
    const auto start = std::chrono::steady_clock::now();
    Outcome out{0, 0, 0, job.context.job_hash};
    auto state = engine.initial_state();
    const std::uint64_t images = job.data->sellers.front().images;
    for (std::uint32_t segment = 0; segment < job.context.spec.schedule.segments(); ++segment) {
        const training::SegmentTask task{SegmentIndex(segment), AttemptIndex(0), out.digest, job.context.job_hash};
        auto result = engine.run(task, state, team, {});
        for (const auto& round : result.trace) {
            out.samples += std::set(round.draws.begin(), round.draws.end()).size() * images;
        }
        out.digest = result.digest;
        out.digest_seconds += result.digest_seconds;
        state = std::move(result.state);
    }
    out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return out;
}

/// Ranks are threads: the same team code as under mpirun.
Outcome run_with_ranks(const LocalJob& job, int ranks) {
    std::vector<Outcome> outcomes(static_cast<std::size_t>(ranks));
    comm::spawn(
        ranks, [&](comm::ThreadRank& rank) { outcomes[static_cast<std::size_t>(rank.comm.rank())] = run_job(job, rank.comm); },
        kLongest);
    return outcomes.front();
}

std::string text_of(std::uint32_t clients, const Outcome& outcome, double first) {
    char line[200];
    std::snprintf(line, sizeof line, "\n  %7u  %8.2f  %11.0f  %11.0f  %9.4f%%  %11.3f", clients, outcome.seconds,
                  static_cast<double>(outcome.samples), static_cast<double>(outcome.samples) / outcome.seconds,
                  100 * outcome.digest_seconds / outcome.seconds, outcome.seconds / first);
    return line;
}

ExitCode bench_job(const Common& common, const JobOptions& options) {
    end_on_signals();
    if (options.rounds % kRoundsPerSegment != 0) {
        throw ConfigError(
            "--rounds " + std::to_string(options.rounds) + " is no multiple of " + std::to_string(kRoundsPerSegment),
            "a segment has that many rounds");
    }
    std::string text = std::to_string(options.rounds) + " rounds over " + std::to_string(options.images) + " images in all, " +
                       std::to_string(options.ranks) +
                       " rank(s) of one thread, digests on\n  clients   seconds       passes    samples/s    digests   "
                       "to the first";
    nlohmann::json jobs = nlohmann::json::array();
    double first = 0;
    for (const auto clients : options.clients) {
        const auto job = make_local_job(options, clients);
        spdlog::info("{} clients, {} rounds", clients, options.rounds);
        const auto outcome = run_with_ranks(job, options.ranks);
        first = first == 0 ? outcome.seconds : first;
        text += text_of(clients, outcome, first);
        jobs.push_back({{"clients", clients},
                        {"seconds", outcome.seconds},
                        {"sample_passes", outcome.samples},
                        {"digest_seconds", outcome.digest_seconds},
                        {"digest", to_hex(outcome.digest)}});
    }
    print_result(common, "bench job", {{"rounds", options.rounds}, {"ranks", options.ranks}, {"jobs", jobs}}, text);
    return ExitCode::Ok;
}

}  // namespace

void add_bench_job(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<JobOptions>();
    auto* command = bench.add_subcommand("job", "A whole job's training without a chain, by number of clients");
    add_common(*command, *common, false);
    command->add_option("--clients", options->clients, "Sellers that share the images; one job each")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::Range(1, 4096));
    command->add_option("--rounds", options->rounds, "Rounds, a multiple of 5")
        ->capture_default_str()
        ->check(CLI::Range(5, 100'000));
    command->add_option("--images", options->images, "Synthetic images in all")
        ->capture_default_str()
        ->check(CLI::Range(4096, 10'000'000));
    command->add_option("--batch", options->batch, "Images a step")->capture_default_str()->check(CLI::Range(1, 65'536));
    command->add_option("--ranks", options->ranks, "Of the team")->capture_default_str()->check(CLI::Range(1, 64));
    command->callback([=, &chosen] { chosen = [=] { return bench_job(*common, *options); }; });
}

}  // namespace cone::cli
