// The plain loop is the fair peer in a process of its own, with nothing pinned but one thread; beside it the same loop in ours.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_train.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "cone/base/errors.hpp"
#include "cone/cli/piped_child.hpp"
#include "cone/job/names.hpp"
#include "cone/job/presets.hpp"
#include "cone/libtorch/train_bench.hpp"
#include "cone/training/profile.hpp"

namespace cone::cli {
namespace {

struct Options {
    libtorch::TrainBenchSpec spec;
    std::string network = "lenet5";
    std::string engine = "exact";
    std::uint32_t threads = 1;
    std::string isa = "avx2";
    bool serve_plain = false;
    bool channels_last = false;
};

/// The peer: an epoch a line of input, answered by its seconds; ends with its input.
ExitCode serve_plain(const Options& options) {
    const auto epoch = libtorch::plain_epoch(options.spec, options.channels_last);
    for (std::string line; std::getline(std::cin, line);) {
        std::printf("%.9f\n", libtorch::seconds_of(epoch));
        std::fflush(stdout);
    }
    return ExitCode::Ok;
}

/// What set_up_determinism and a user's shell may have pinned is taken out again; one thread, as an executor has. glibc is told
/// to keep a batch's tensors in the heap, as the executor does (determinism.cpp): without that the peer is a third slower.
PipedChild start_peer(const Options& options, const char* layout) {
    const auto& spec = options.spec;
    return {"/proc/self/exe",
            {"bench", "train", layout, "--network", options.network, "--images", std::to_string(spec.images), "--batch",
             std::to_string(spec.batch), "--channels", std::to_string(spec.model.channels), "--height",
             std::to_string(spec.model.height), "--width", std::to_string(spec.model.width)},
            {{"OMP_NUM_THREADS", "1"},
             {"MKL_NUM_THREADS", "1"},
             {"MALLOC_MMAP_THRESHOLD_", std::to_string(32 << 20)},
             {"MALLOC_TRIM_THRESHOLD_", std::to_string(256 << 20)},
             {"MKL_CBWR", std::nullopt},
             {"ATEN_CPU_CAPABILITY", std::nullopt},
             {"DNNL_MAX_CPU_ISA", std::nullopt}}};
}

double seconds_of(PipedChild& peer) {
    const std::string answer = peer.ask("epoch");
    char* end = nullptr;
    const double seconds = std::strtod(answer.c_str(), &end);
    if (end == answer.c_str() || *end != '\0' || !(seconds > 0)) {
        throw EnvironmentError("the plain loop's process answered \"" + answer + "\" instead of seconds");
    }
    return seconds;
}

nlohmann::json json_of(const Options& options, const std::vector<libtorch::BenchFigure>& figures) {
    return {{"network", options.network},
            {"shape", {options.spec.model.channels, options.spec.model.height, options.spec.model.width}},
            {"engine", options.engine},
            {"threads", options.threads},
            {"batch", options.spec.batch},
            {"repeats", options.spec.repeats},
            {"executor_images_per_s", figures[0].images_per_s},
            {"libtorch_nchw_images_per_s", figures[1].images_per_s},
            {"libtorch_channels_last_images_per_s", figures[2].images_per_s},
            {"ratio", std::min(figures[1].ratio, figures[2].ratio)}};
}

std::string text_of(const Options& options, const std::vector<libtorch::BenchFigure>& figures) {
    const auto& model = options.spec.model;
    char line[256];
    std::snprintf(line, sizeof line, "training %s on %u x %u x %u, batch %u, medians of %u", options.network.c_str(),
                  model.channels, model.height, model.width, options.spec.batch, options.spec.repeats);
    std::string text = line;
    for (const auto& figure : figures) {
        std::snprintf(line, sizeof line, "\n  %-34s %8.0f images/s", figure.name.c_str(), figure.images_per_s);
        text += line;
        if (&figure != figures.data()) {
            std::snprintf(line, sizeof line, "   executor / this %6.3f", figure.ratio);
            text += line;
        }
    }
    return text;
}

ExitCode bench_train(const Common& common, Options options) {
    options.spec.model.layers = job::preset_layers(options.network);
    if (options.serve_plain) {
        return serve_plain(options);
    }
    const auto profile = training::make_profile(options.engine, options.isa);
    const auto executor =
        libtorch::executor_epoch(options.spec, training::make_trainer(options.spec.model, profile, options.threads));
    PipedChild contiguous = start_peer(options, "--serve-plain");
    PipedChild channels_last = start_peer(options, "--serve-channels-last");
    const auto figures = libtorch::compare_sides(
        options.spec, {{"CONE, " + options.engine + ", " + std::to_string(options.threads) + " thread(s)",
                        [&] { return libtorch::seconds_of(executor); }},
                       {"plain libtorch, one thread", [&] { return seconds_of(contiguous); }},
                       {"plain libtorch, channels last", [&] { return seconds_of(channels_last); }}});
    print_result(common, "bench train", json_of(options, figures), text_of(options, figures));
    return ExitCode::Ok;
}

}  // namespace

void add_bench_train(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<Options>();
    auto* command = bench.add_subcommand("train", "The executor's training beside a plain libtorch loop");
    add_common(*command, *common, false);
    auto& model = options->spec.model;
    command->add_option("--network", options->network, "A preset")->capture_default_str()->check(CLI::IsMember(job::kPresets));
    command->add_option("--engine", options->engine, "The executor's engine")
        ->capture_default_str()
        ->check(CLI::IsMember(job::kEngines));
    command->add_option("--threads", options->threads, "Of the exact engine")->capture_default_str()->check(CLI::Range(1, 256));
    command->add_option("--channels", model.channels, "Of an image")->capture_default_str();
    command->add_option("--height", model.height, "Of an image")->capture_default_str();
    command->add_option("--width", model.width, "Of an image")->capture_default_str();
    command->add_option("--images", options->spec.images, "Synthetic images an epoch")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--batch", options->spec.batch, "Images a step")->capture_default_str()->check(CLI::Range(1, 65'536));
    command->add_option("--repeats", options->spec.repeats, "Measurements of each, in turn")
        ->capture_default_str()
        ->check(CLI::Range(1, 99));
    command->add_option("--isa", options->isa, "Instruction-set class (engine libtorch)")->capture_default_str();
    // What the command starts as its peers.
    command->add_flag("--serve-plain", options->serve_plain)->group("");
    command
        ->add_flag_function("--serve-channels-last",
                            [options](std::int64_t) { options->serve_plain = options->channels_last = true; })
        ->group("");
    command->callback([=, &chosen] { chosen = [=] { return bench_train(*common, *options); }; });
}

}  // namespace cone::cli
