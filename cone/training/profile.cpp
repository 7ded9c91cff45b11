// One entry an engine; the rest of the program does not ask which it is.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/profile.hpp"

#include "cone/base/errors.hpp"
#include "cone/model/exact_trainer.hpp"
#include "cone/model/probe.hpp"
#include "cone_kernels/float_environment.hpp"

#ifdef CONE_HAVE_LIBTORCH
#include "cone/libtorch/determinism.hpp"
#include "cone/libtorch/libtorch_trainer.hpp"
#endif

namespace cone::training {
namespace {

constexpr std::uint32_t kBlock = 1024;
constexpr const char* kAnyIsa = "any";

[[noreturn]] void refuse_engine(std::string_view engine) {
    throw ConfigError("this build has no engine \"" + std::string(engine) + "\"", "it has " + engine_versions());
}

/// Why this thread's arithmetic is not that of the exact engine.
std::optional<std::string> exact_problem() {
    const char* const problem = kernels::float_problem();
    return problem == nullptr ? std::nullopt : std::optional("floating point: " + std::string(problem));
}

job::ExecutionProfile exact_profile() {
    if (const auto problem = exact_problem()) {
        throw EnvironmentError(*problem, "find the library that was built with -ffast-math, or sets these flags");
    }
    static const Hash32 kProbe =
        model::execution_probe([](const job::ModelSpec& model) { return model::make_exact_trainer(model, kBlock); });
    return {.engine = model::kExactEngine,
            .engine_version = model::kExactVersion,
            .operator_set = model::kExactOperators,
            .isa = kAnyIsa,
            .threads = 1,
            .block = kBlock,
            .probe = kProbe};
}

#ifdef CONE_HAVE_LIBTORCH
job::ExecutionProfile libtorch_profile(std::string_view isa) {
    libtorch::set_up_determinism(isa);
    return {.engine = libtorch::kEngine,
            .engine_version = libtorch::engine_version(),
            .operator_set = libtorch::kOperatorSet,
            .isa = std::string(isa),
            .threads = 1,
            .block = kBlock,
            .probe = model::execution_probe(libtorch::make_trainer)};
}
#endif

std::optional<std::string> difference(const job::ExecutionProfile& here, const job::ExecutionProfile& asked) {
    const auto differs = [](const char* what, const std::string& ours, const std::string& theirs) {
        return std::string(what) + " is " + ours + " here, the job asks for " + theirs;
    };
    if (here.engine_version != asked.engine_version) {
        return differs("engine_version", here.engine_version, asked.engine_version);
    }
    if (here.operator_set != asked.operator_set) {
        return differs("operator_set", here.operator_set, asked.operator_set);
    }
    if (here.isa != asked.isa) {
        return differs("isa", here.isa, asked.isa);
    }
    if (here.threads != asked.threads) {
        return differs("threads", std::to_string(here.threads), std::to_string(asked.threads));
    }
    if (here.probe != asked.probe) {
        return differs("probe", to_hex(here.probe), to_hex(asked.probe)) + ": this machine computes other bits";
    }
    return std::nullopt;
}

}  // namespace

job::ExecutionProfile make_profile(std::string_view engine, [[maybe_unused]] std::string_view isa) {
    if (engine == model::kExactEngine) {
        return exact_profile();
    }
#ifdef CONE_HAVE_LIBTORCH
    if (engine == libtorch::kEngine) {
        return libtorch_profile(isa);
    }
#endif
    refuse_engine(engine);
}

std::optional<std::string> check_profile(const job::ExecutionProfile& profile) {
    if (profile.engine == model::kExactEngine) {
        if (auto problem = exact_problem()) {
            return problem;
        }
    }
    try {
        return difference(make_profile(profile.engine, profile.isa), profile);
    } catch (const EnvironmentError& error) {
        return std::string("isa: ") + error.what();
    } catch (const ConfigError& error) {
        return std::string("engine: ") + error.what();
    }
}

std::unique_ptr<model::Trainer> make_trainer(const job::ModelSpec& model, const job::ExecutionProfile& profile,
                                             const Parallelism& parallelism) {
    if (profile.engine == model::kExactEngine) {
        return model::make_exact_trainer(model, profile.block, parallelism.threads, parallelism.implementation);
    }
#ifdef CONE_HAVE_LIBTORCH
    if (profile.engine == libtorch::kEngine) {
        return libtorch::make_trainer(model);
    }
#endif
    refuse_engine(profile.engine);
}

std::string engine_versions() {
    std::string text = std::string(model::kExactEngine) + " " + model::kExactVersion;
#ifdef CONE_HAVE_LIBTORCH
    text += std::string(", ") + libtorch::kEngine + " " + libtorch::engine_version();
#endif
    return text;
}

}  // namespace cone::training
