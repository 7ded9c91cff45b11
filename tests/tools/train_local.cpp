// Runs a config's whole job in this process, without chain or executors, and prints each round and the digest: for tuning a
// config, and to see that neither ranks, threads, split nor implementation changes a bit.
//   train_local configs/demo.toml [--ranks N] [--implementation best|avx512|avx2|portable|reference] [section.key=value ...]
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "cone/comm/thread_world.hpp"
#include "cone/config/config.hpp"
#include "cone/data/split.hpp"
#include "cone/training/engine.hpp"
#include "cone/training/profile.hpp"
#include "cone/training/stopwatch.hpp"

namespace {

using namespace cone;

struct Arguments {
    std::string config;
    int ranks = 1;
    std::string implementation = "best";
    std::vector<std::string> overrides;
};

Arguments read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--ranks" && i + 1 < argc) {
            arguments.ranks = std::atoi(argv[++i]);
        } else if (word == "--implementation" && i + 1 < argc) {
            arguments.implementation = argv[++i];
        } else if (arguments.config.empty()) {
            arguments.config = word;
        } else {
            arguments.overrides.push_back(word);
        }
    }
    return arguments;
}

training::Parallelism parallelism_of(const config::Config& config, const std::string& name) {
    using enum model::Implementation;
    static const std::map<std::string, model::Implementation> kImplementations = {
        {"best", Best}, {"avx512", Avx512}, {"avx2", Avx2}, {"portable", Portable}, {"reference", Reference}};
    const bool shards = config.execution.split == "shards";
    return {.threads = config.execution.threads,
            .split = shards ? training::Split::Shards : training::Split::Sellers,
            .implementation = kImplementations.at(name)};
}

data::Split split_of(const config::Data& data, std::uint32_t classes) {
    return data::split_sets(data::read_mnist_folder(data.dir, classes), {.sellers = data.sellers,
                                                                         .images_per_seller = data.images_per_seller,
                                                                         .validation_images = data.validation_images,
                                                                         .test_images = data.test_images,
                                                                         .corrupted_sellers = data.corrupted_sellers,
                                                                         .corrupted_share = data.corrupted_share,
                                                                         .classes = classes,
                                                                         .seed = data.split_seed});
}

training::JobContext context_of(const config::Config& config, const data::Split& split) {
    std::vector<Hash32> roots;
    for (const auto& seller : split.sellers) {
        roots.push_back(data::shard_root(seller));
    }
    auto spec = config::to_job_spec(config, config.model, data::shard_root(split.validation), data::shard_root(split.test),
                                    training::make_profile(config.execution.engine, config.execution.isa));
    return training::make_context(std::move(spec), std::move(roots));
}

/// Share of all accesses that went to the last `corrupted` sellers, in percent.
double corrupted_percent(const std::vector<std::uint32_t>& accesses, std::uint32_t corrupted) {
    double bad = 0;
    double all = 0;
    for (std::size_t i = 0; i < accesses.size(); ++i) {
        all += accesses[i];
        bad += i + corrupted >= accesses.size() ? accesses[i] : 0;
    }
    return all > 0 ? 100 * bad / all : 0;
}

void print_round(const training::RoundTrace& round, std::uint32_t corrupted, double seconds) {
    double bad = 0;
    for (std::size_t i = round.distribution.size() - corrupted; i < round.distribution.size(); ++i) {
        bad += round.distribution[i];
    }
    std::printf(
        "round %3u  %6.1f s  accuracy %5.2f %%  utility %8.5f  passed %zu  p(corrupted) %.4f  accesses(corrupted) %4.1f %%\n",
        round.round, seconds, round.metric_bp / 100.0, round.utility, round.passed.size(), bad,
        corrupted_percent(round.accesses, corrupted));
    std::fflush(stdout);
}

void run_job(const training::JobContext& context, const std::shared_ptr<const training::JobData>& data,
             const training::Parallelism& parallelism, std::uint32_t corrupted, comm::Communicator& team) {
    training::TrainingEngine engine(context, data, parallelism);
    auto state = engine.initial_state();
    auto previous = context.job_hash;
    const training::Stopwatch total;
    double training_seconds = 0;
    double digest_seconds = 0;
    for (std::uint32_t segment = 0; segment < context.spec.schedule.segments(); ++segment) {
        const training::SegmentTask task{.segment = SegmentIndex(segment),
                                         .attempt = AttemptIndex(0),
                                         .previous_digest = previous,
                                         .attempt_seed = previous};
        auto result = engine.run(task, state, team, [&](const training::RoundTrace& round) {
            if (team.rank() == 0) {
                print_round(round, corrupted, total.seconds());
            }
        });
        state = std::move(result.state);
        previous = result.digest;
        training_seconds += result.training_seconds;
        digest_seconds += result.digest_seconds;
    }
    if (team.rank() == 0) {
        for (std::size_t i = 0; i < state.distribution.size(); ++i) {
            std::printf("seller %2zu%s  p %.4f  accesses %u\n", i,
                        i + corrupted >= state.distribution.size() ? " (corrupted)" : "", state.distribution[i],
                        state.accesses[i]);
        }
        std::printf("digest %s\ntotal %.1f s, rank 0: training %.1f s, hashing %.2f s\n", to_hex(previous).c_str(),
                    total.seconds(), training_seconds, digest_seconds);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    const auto arguments = read_arguments(argc, argv);
    const auto config = config::load_config(arguments.config, {}, arguments.overrides);
    auto split = split_of(config.data, config.model.classes);
    const auto context = context_of(config, split);
    const auto data = std::make_shared<const training::JobData>(
        training::JobData{std::move(split.sellers), std::move(split.validation), std::move(split.test)});
    const auto parallelism = parallelism_of(config, arguments.implementation);
    comm::spawn(
        arguments.ranks,
        [&](comm::ThreadRank& rank) { run_job(context, data, parallelism, config.data.corrupted_sellers, rank.comm); },
        Millis{3600000});
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "train_local: %s\n", error.what());
    return 2;
}
