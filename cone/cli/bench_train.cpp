// The plain loop is the fair peer in a process of its own, with nothing pinned but one thread; beside it the same loop in ours.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_train.hpp"

#include <cstdio>
#include <iostream>
#include <memory>

#include "cone/base/errors.hpp"
#include "cone/cli/piped_child.hpp"
#include "cone/model/determinism.hpp"
#include "cone/model/train_bench.hpp"

namespace cone::cli {
namespace {

struct Options {
    model::TrainBenchSpec spec;
    std::string isa = "avx2";
    bool serve_plain = false;
};

/// The peer: an epoch a line of input, answered by its seconds; ends with its input.
ExitCode serve_plain(const Options& options) {
    const auto epoch = model::plain_epoch(options.spec);
    for (std::string line; std::getline(std::cin, line);) {
        std::printf("%.9f\n", model::seconds_of(epoch));
        std::fflush(stdout);
    }
    return ExitCode::Ok;
}

/// What set_up_determinism and a user's shell may have pinned is taken out again; one thread, as an executor has. glibc is told
/// to keep a batch's tensors in the heap, as the executor does (determinism.cpp): without that the peer is a third slower.
PipedChild start_peer(const model::TrainBenchSpec& spec) {
    return {"/proc/self/exe",
            {"bench", "train", "--serve-plain", "--network", spec.network, "--images", std::to_string(spec.images), "--batch",
             std::to_string(spec.batch)},
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

nlohmann::json json_of(const Options& options, const std::vector<model::BenchFigure>& figures) {
    return {{"network", options.spec.network},
            {"batch", options.spec.batch},
            {"repeats", options.spec.repeats},
            {"isa", options.isa},
            {"executor_images_per_s", figures[0].images_per_s},
            {"plain_images_per_s", figures[1].images_per_s},
            {"ratio", figures[1].ratio},
            {"plain_pinned_images_per_s", figures[2].images_per_s},
            {"ratio_pinned", figures[2].ratio}};
}

std::string text_of(const Options& options, const std::vector<model::BenchFigure>& figures) {
    char line[256];
    std::snprintf(line, sizeof line, "training %s, batch %u, %s, one thread, medians of %u", options.spec.network.c_str(),
                  options.spec.batch, options.isa.c_str(), options.spec.repeats);
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

ExitCode bench_train(const Common& common, const Options& options) {
    if (options.serve_plain) {
        return serve_plain(options);
    }
    model::set_up_determinism(options.isa);
    const auto executor = model::executor_epoch(options.spec);
    PipedChild peer = start_peer(options.spec);
    const auto pinned = model::plain_epoch(options.spec);
    const auto figures =
        model::compare_sides(options.spec, {{"CONE executor", [&] { return model::seconds_of(executor); }},
                                            {"plain libtorch, its own process", [&] { return seconds_of(peer); }},
                                            {"plain libtorch, pinned like ours", [&] { return model::seconds_of(pinned); }}});
    print_result(common, "bench train", json_of(options, figures), text_of(options, figures));
    return ExitCode::Ok;
}

}  // namespace

void add_bench_train(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<Options>();
    auto* command = bench.add_subcommand("train", "The executor's training beside a plain libtorch loop");
    add_common(*command, *common, false);
    command->add_option("--network", options->spec.network, "lenet5 or cnn")->capture_default_str();
    command->add_option("--images", options->spec.images, "Synthetic images an epoch")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    command->add_option("--batch", options->spec.batch, "Images a step")->capture_default_str()->check(CLI::Range(1, 65'536));
    command->add_option("--repeats", options->spec.repeats, "Measurements of each, in turn")
        ->capture_default_str()
        ->check(CLI::Range(1, 99));
    command->add_option("--isa", options->isa, "Instruction-set class")->capture_default_str();
    command->add_flag("--serve-plain", options->serve_plain)->group("");  // what the command starts as its peer
    command->callback([=, &chosen] { chosen = [=] { return bench_train(*common, *options); }; });
}

}  // namespace cone::cli
