// Does this build do what the job will ask of it?
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cone/base/errors.hpp"
#include "cone/cli/doctor.hpp"
#include "cone/cli/process.hpp"
#include "cone/cli/version.hpp"
#include "cone/comm/mpi_world.hpp"
#include "cone/model/determinism.hpp"
#include "cone/model/probe.hpp"

namespace cone::cli {
namespace {

Finding mpi_library() {
    return {"MPI library", Verdict::Pass, comm::MpiWorld::version(), ""};
}

Finding dead_ranks() {
    if (comm::MpiWorld::reports_dead_ranks()) {
        return {"dead ranks", Verdict::Pass, "reported by MPI (ULFM)", ""};
    }
    return {"dead ranks", Verdict::Warn, "this MPI does not report them; only our deadlines see them",
            "build against Open MPI 5 (scripts/setup installs it), or start mpirun with --enable-recovery"};
}

Finding program(const std::string& name, Verdict when_missing, const std::string& fix) {
    const auto path = find_program(name);
    return path ? Finding{name, Verdict::Pass, first_line_of(*path, "--version").value_or(*path), ""}
                : Finding{name, when_missing, "not found in PATH or .tools", fix};
}

Finding contract_artifacts() {
    const auto file = std::filesystem::path(source_dir()) / "contracts/out/JobBoard.sol/JobBoard.json";
    if (std::filesystem::exists(file)) {
        return {"contracts", Verdict::Pass, file.string(), ""};
    }
    return {"contracts", Verdict::Warn, "not built: cone devnet cannot deploy", "scripts/build"};
}

Finding instruction_set(const std::string& isa) {
    try {
        model::set_up_determinism(isa);
        return {"instruction set", Verdict::Pass, isa, ""};
    } catch (const Error& error) {
        return {"instruction set", Verdict::Fail, error.what(), error.hint()};
    }
}

Finding determinism() {
    const auto problems = model::determinism_problems();
    if (problems.empty()) {
        return {"determinism flags", Verdict::Pass, "one thread, deterministic algorithms, no flushing of denormals", ""};
    }
    return {"determinism flags", Verdict::Fail, problems.front(), "unset the variables that override the profile"};
}

Finding probe() {
    const Hash32 first = model::execution_probe();
    if (first == model::execution_probe()) {
        return {"probe", Verdict::Pass, to_hex(first) + ", twice the same", ""};
    }
    return {"probe", Verdict::Fail, "two runs of the training probe differ",
            "this machine cannot vote: check its memory, report the processor"};
}

}  // namespace

std::vector<Finding> check_build(const config::Config& config) {
    std::vector<Finding> findings{mpi_library(),
                                  dead_ranks(),
                                  program("mpirun", Verdict::Fail, "scripts/setup, or put your MPI's bin folder into PATH"),
                                  program("anvil", Verdict::Warn, "scripts/setup; only cone devnet needs it"),
                                  contract_artifacts(),
                                  Finding{"libtorch", Verdict::Pass, model::engine_version(), ""},
                                  instruction_set(config.execution.isa)};
    if (findings.back().verdict == Verdict::Pass) {
        findings.push_back(determinism());
        findings.push_back(probe());
    }
    return findings;
}

}  // namespace cone::cli
