// Networks, sides in turn, one table. Every side trains in a process of its own: none can pin or warm up another's libraries.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_train.hpp"

#include <algorithm>
#include <cstdio>
#include <list>
#include <memory>
#include <optional>

#include "cone/base/log.hpp"
#include "cone/base/median.hpp"
#include "cone/cli/bench_sides.hpp"
#include "cone/job/presets.hpp"
#include "cone/model/network.hpp"
#include "cone_kernels/peak.hpp"

namespace cone::cli {
namespace {

struct Case {
    std::string name;
    SideOptions side;
};

struct Options {
    SideOptions side;
    std::string network;
    std::vector<std::string> layers;
    std::vector<std::string> sides = {"exact", "plain", "plain-channels-last"};
    std::string serve;
};

std::vector<std::string> layers_of(const std::vector<std::string>& convolutions, const std::vector<std::string>& linears) {
    std::vector<std::string> layers;
    for (const auto& conv : convolutions) {
        layers.insert(layers.end(), {conv, "relu", "maxpool 2"});
    }
    for (const auto& linear : linears) {
        layers.insert(layers.end(), {linear, "relu"});
    }
    layers.push_back("linear classes");
    return layers;
}

Case standard_case(const Options& options, std::string name, std::vector<std::string> layers, std::uint32_t channels,
                   std::uint32_t side, std::uint32_t batch, std::uint32_t images) {
    Case made{std::move(name), options.side};
    auto& spec = made.side.spec;
    spec.model.layers = std::move(layers);
    spec.model.channels = channels;
    spec.model.height = spec.model.width = side;
    spec.batch = batch;
    spec.images = images;
    return made;
}

/// The networks of docs/benchmarks.md.
std::vector<Case> standard_cases(const Options& options) {
    const auto lenet5 = layers_of({"conv 6 5", "conv 16 5"}, {"linear 120", "linear 84"});
    const auto cnn = layers_of({"conv 32 3", "conv 64 3"}, {"linear 128"});
    return {standard_case(options, "LeNet-5", lenet5, 1, 28, 32, 4096),
            standard_case(options, "LeNet-5", lenet5, 3, 32, 32, 4096),
            standard_case(options, "CNN 32-64-128", cnn, 1, 28, 64, 1024),
            standard_case(options, "ResNet-18", job::preset_layers("resnet18"), 3, 32, 32, 64)};
}

std::vector<Case> cases_of(const Options& options) {
    if (options.network.empty() && options.layers.empty()) {
        return standard_cases(options);
    }
    Case only{options.network.empty() ? "layers" : options.network, options.side};
    only.side.spec.model.layers = options.network.empty() ? options.layers : job::preset_layers(options.network);
    return {only};
}

struct Row {
    model::BenchFigure figure;
    double gflops = 0;
    double memory_mib = 0;
};

struct Measured {
    Case of;
    double operations = 0;  ///< a sample
    double peak = 0;        ///< GFLOP/s of one core
    std::vector<Row> rows;
};

/// Processor time, in which others on the machine disturb little, unless a side has several threads.
bool counts_wall_time(const std::vector<std::string>& sides) {
    return std::any_of(sides.begin(), sides.end(), [](const auto& side) { return parse_side(side).cores() > 1; });
}

/// The core's peak takes a turn as the sides do, so that all see the same clock.
Measured measure(const Case& of, const std::vector<std::string>& sides) {
    Measured out{of, kernels::training_operations(model::make_network(of.side.spec.model).graph), 0, {}};
    const bool wall = counts_wall_time(sides);
    std::list<SideProcess> processes;
    std::vector<model::BenchSide> turns;
    for (const auto& side : sides) {
        auto& process = processes.emplace_back(side, of.side);
        turns.push_back({side, [&process, wall] { return wall ? process.epoch().wall : process.epoch().processor; }});
    }
    std::vector<double> peaks;
    turns.push_back({"peak", [&peaks] {
                         peaks.push_back(kernels::measured_peak());
                         return 1.0;
                     }});
    auto figures = model::compare_sides(of.side.spec, turns);
    figures.pop_back();
    auto process = processes.begin();
    for (auto& figure : figures) {
        const double gflops = figure.images_per_s * out.operations / 1e9;
        out.rows.push_back({std::move(figure), gflops, process->memory_mib()});
        ++process;
    }
    out.peak = median(peaks);
    return out;
}

/// Of the first side to the fastest libtorch loop; nothing when none was measured.
std::optional<double> ratio_of(const Measured& measured) {
    std::optional<double> ratio;
    for (const auto& row : measured.rows) {
        if (row.figure.name.rfind("plain", 0) == 0 && (!ratio || row.figure.ratio < *ratio)) {
            ratio = row.figure.ratio;
        }
    }
    return ratio;
}

nlohmann::json json_of(const Measured& measured) {
    const auto& spec = measured.of.side.spec;
    nlohmann::json sides = nlohmann::json::array();
    for (const auto& row : measured.rows) {
        sides.push_back({{"side", row.figure.name},
                         {"images_per_s", row.figure.images_per_s},
                         {"gflops", row.gflops},
                         {"memory_mib", row.memory_mib},
                         {"first_over_this", row.figure.ratio}});
    }
    const auto ratio = ratio_of(measured);
    return {{"network", measured.of.name},
            {"layers", spec.model.layers},
            {"shape", {spec.model.channels, spec.model.height, spec.model.width}},
            {"batch", spec.batch},
            {"images", spec.images},
            {"repeats", spec.repeats},
            {"operations_per_image", measured.operations},
            {"core_peak_gflops", measured.peak},
            {"sides", sides},
            {"ratio", ratio ? nlohmann::json(*ratio) : nlohmann::json()}};
}

std::string text_of(const Measured& measured) {
    const auto& spec = measured.of.side.spec;
    char line[256];
    std::snprintf(line, sizeof line,
                  "%s on %u x %u x %u, batch %u, %.2f MFLOP an image, core peak %.1f GFLOP/s, medians of %u\n"
                  "  %-20s %10s %9s %7s %8s %13s\n",
                  measured.of.name.c_str(), spec.model.channels, spec.model.height, spec.model.width, spec.batch,
                  measured.operations / 1e6, measured.peak, spec.repeats, "side", "images/s", "GFLOP/s", "of peak", "MiB",
                  "first / this");
    std::string text = line;
    for (const auto& row : measured.rows) {
        const double share = measured.peak > 0 ? 100 * row.gflops / measured.peak : 0;
        std::snprintf(line, sizeof line, "  %-20s %10.0f %9.1f %6.1f%% %8.1f %13.3f\n", row.figure.name.c_str(),
                      row.figure.images_per_s, row.gflops, share, row.memory_mib, row.figure.ratio);
        text += line;
    }
    return text;
}

ExitCode bench_train(const Common& common, Options options) {
    end_on_signals();
    if (!options.serve.empty()) {
        options.side.spec.model.layers = options.layers;
        serve_side(options.serve, options.side);
        return ExitCode::Ok;
    }
    nlohmann::json networks = nlohmann::json::array();
    std::string text;
    for (const auto& one : cases_of(options)) {
        spdlog::info("measuring {}: {} sides, {} turns", one.name, options.sides.size(), one.side.spec.repeats + 1);
        const auto measured = measure(one, options.sides);
        networks.push_back(json_of(measured));
        text += (text.empty() ? "" : "\n") + text_of(measured);
    }
    text.pop_back();
    print_result(common, "bench train", {{"networks", networks}}, text);
    return ExitCode::Ok;
}

void add_network(CLI::App& command, Options& options) {
    auto& spec = options.side.spec;
    auto* layers =
        command.add_option("--layers", options.layers, "A network by its layers, with commas between them")->delimiter(',');
    command.add_option("--network", options.network, "A preset; without it and --layers: the four of docs/benchmarks.md")
        ->check(CLI::IsMember(job::kPresets))
        ->excludes(layers);
    command.add_option("--channels", spec.model.channels, "Of an image")->capture_default_str();
    command.add_option("--height", spec.model.height, "Of an image")->capture_default_str();
    command.add_option("--width", spec.model.width, "Of an image")->capture_default_str();
    command.add_option("--images", spec.images, "Synthetic images an epoch")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    command.add_option("--batch", spec.batch, "Images a step")->capture_default_str()->check(CLI::Range(1, 65'536));
}

}  // namespace

void add_bench_train(CLI::App& bench, Runner& chosen) {
    auto common = std::make_shared<Common>();
    auto options = std::make_shared<Options>();
    auto* command = bench.add_subcommand("train", "The executor's training beside plain libtorch loops");
    add_common(*command, *common, false);
    add_network(*command, *options);
    command
        ->add_option(
            "--side", options->sides,
            "Who takes part (exact:2: two threads; exact-twice: two trainings that share nothing); ratios are the first "
            "one's to each")
        ->capture_default_str()
        ->delimiter(',');
    command->add_option("--repeats", options->side.spec.repeats, "Measurements of each, in turn")
        ->capture_default_str()
        ->check(CLI::Range(1, 99));
    command->add_option("--isa", options->side.isa, "Instruction-set class of side libtorch")->capture_default_str();
    command->add_option("--serve", options->serve)->group("");  // what it starts as a side
    command->callback([=, &chosen] { chosen = [=] { return bench_train(*common, *options); }; });
}

}  // namespace cone::cli
