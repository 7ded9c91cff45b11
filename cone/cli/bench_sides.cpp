// /proc/self/exe again, with the network's layers as arguments and an environment that leaves libtorch alone.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/bench_sides.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>

#include "cone/base/errors.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/training/profile.hpp"
#ifdef CONE_HAVE_LIBTORCH
#include "cone/libtorch/plain_loop.hpp"
#endif

namespace cone::cli {
namespace {

/// Of all threads of this process.
double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// VmHWM: the most this process has had in memory.
double peak_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) {
            return std::strtod(line.c_str() + 6, nullptr) / 1024;
        }
    }
    throw EnvironmentError("/proc/self/status has no VmHWM");
}

model::Epoch plain_epoch(const SideOptions& options, bool channels_last) {
#ifdef CONE_HAVE_LIBTORCH
    return libtorch::plain_epoch(options.spec, channels_last);
#else
    (void)options;
    (void)channels_last;
    throw ConfigError("this build has no libtorch to compare with: measure --side exact, or build with CONE_WITH_TORCH=ON");
#endif
}

model::Implementation implementation_of(std::string_view kind) {
    using enum model::Implementation;
    return kind == "exact" || kind == "exact-twice" ? Best
           : kind == "exact-avx512"                 ? Avx512
           : kind == "exact-avx2"                   ? Avx2
                                                    : Portable;
}

model::Epoch exact_epoch(const SideName& side, const model::TrainBenchSpec& spec) {
    constexpr std::uint32_t kBlock = 1024;  // of sums over virtual shards: one shard has none
    return model::executor_epoch(spec,
                                 model::make_exact_trainer(spec.model, kBlock, side.threads, implementation_of(side.kind)));
}

model::Epoch twice(const SideName& side, model::TrainBenchSpec spec) {
    spec.images = (spec.images + 1) / 2;
    return [one = exact_epoch(side, spec), other = exact_epoch(side, spec)] {
        auto pending = std::async(std::launch::async, other);
        one();
        pending.get();
    };
}

model::Epoch epoch_of(const SideName& side, const SideOptions& options) {
    if (side.kind == "plain" || side.kind == "plain-channels-last") {
        return plain_epoch(options, side.kind == "plain-channels-last");
    }
    if (side.kind == "libtorch") {
        const auto profile = training::make_profile("libtorch", options.isa);
        return model::executor_epoch(options.spec, training::make_trainer(options.spec.model, profile));
    }
    return side.kind == "exact-twice" ? twice(side, options.spec) : exact_epoch(side, options.spec);
}

std::string joined(const std::vector<std::string>& layers) {
    std::string text;
    for (const auto& layer : layers) {
        text += (text.empty() ? "" : ",") + layer;
    }
    return text;
}

std::vector<std::string> arguments_of(const std::string& side, const SideOptions& options) {
    const auto& spec = options.spec;
    return {"bench",      "train",
            "--serve",    side,
            "--layers",   joined(spec.model.layers),
            "--images",   std::to_string(spec.images),
            "--batch",    std::to_string(spec.batch),
            "--channels", std::to_string(spec.model.channels),
            "--height",   std::to_string(spec.model.height),
            "--width",    std::to_string(spec.model.width),
            "--isa",      options.isa};
}

/// What a user's shell may have pinned is taken out; one thread, as an executor has. glibc is told to keep a batch's tensors in
/// the heap, as the executor does (determinism.cpp): without that the peer is a third slower.
EnvironmentChanges environment() {
    return {{"OMP_NUM_THREADS", "1"},
            {"MKL_NUM_THREADS", "1"},
            {"MALLOC_MMAP_THRESHOLD_", std::to_string(32 << 20)},
            {"MALLOC_TRIM_THRESHOLD_", std::to_string(256 << 20)},
            {"MKL_CBWR", std::nullopt},
            {"ATEN_CPU_CAPABILITY", std::nullopt},
            {"DNNL_MAX_CPU_ISA", std::nullopt}};
}

}  // namespace

SideName parse_side(const std::string& text) {
    const auto colon = text.find(':');
    SideName name{text.substr(0, colon), 1};
    bool fits = std::find(kBenchSides.begin(), kBenchSides.end(), name.kind) != kBenchSides.end();
    if (fits && colon != std::string::npos) {
        const char* const end = text.data() + text.size();
        const auto [last, error] = std::from_chars(text.data() + colon + 1, end, name.threads);
        fits =
            error == std::errc{} && last == end && name.threads >= 1 && name.threads <= 256 && name.kind.rfind("exact", 0) == 0;
    }
    if (!fits) {
        throw ConfigError(
            "--side " + text + ": no such side",
            "exact, exact-avx512, exact-avx2, exact-portable or exact-twice (with threads: exact:2), libtorch, plain, "
            "plain-channels-last");
    }
    return name;
}

void serve_side(const std::string& side, const SideOptions& options) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // an epoch is long, and nobody waits for it any more
    const double start = peak_mib();
    const auto epoch = epoch_of(parse_side(side), options);
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "memory") {
            std::printf("%.9f\n", peak_mib() - start);
        } else {
            const double processor = processor_seconds();
            const double wall = model::seconds_of(epoch);
            std::printf("%.9f %.9f\n", wall, processor_seconds() - processor);
        }
        std::fflush(stdout);
    }
}

SideProcess::SideProcess(const std::string& side, const SideOptions& options)
    : side_(side), child_("/proc/self/exe", arguments_of(side, options), environment()) {}

EpochTime SideProcess::epoch() {
    const auto seconds = ask("epoch", 2);
    return {seconds[0], seconds[1]};
}

double SideProcess::memory_mib() {
    return ask("memory", 1).front();
}

std::vector<double> SideProcess::ask(const std::string& question, std::size_t numbers) {
    const std::string answer = child_.ask(question);
    std::istringstream in(answer);
    std::vector<double> values(numbers);
    for (auto& value : values) {
        if (!(in >> value) || !(value > 0)) {
            throw EnvironmentError("the process of side " + side_ + " answered \"" + answer + "\" to " + question);
        }
    }
    return values;
}

}  // namespace cone::cli
