// Does this build do what the job will ask of it?
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "cone/base/errors.hpp"
#include "cone/cli/doctor.hpp"
#include "cone/cli/process.hpp"
#include "cone/cli/version.hpp"
#include "cone/comm/mpi_world.hpp"
#include "cone/training/profile.hpp"

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

/// The known answer twice: what an executor is asked before it joins a job.
Finding probe(const config::Execution& execution) {
    try {
        const auto profile = training::make_profile(execution.engine, execution.isa);
        if (const auto difference = training::check_profile(profile)) {
            return {"probe", Verdict::Fail, *difference, "this machine cannot vote: check its memory, report the processor"};
        }
        return {"probe", Verdict::Pass, execution.engine + ", " + to_hex(profile.probe) + ", twice the same", ""};
    } catch (const Error& error) {
        return {"probe", Verdict::Fail, error.what(), error.hint()};
    }
}

}  // namespace

std::vector<Finding> check_build(const config::Config& config) {
    return {mpi_library(),
            dead_ranks(),
            program("mpirun", Verdict::Fail, "scripts/setup, or put your MPI's bin folder into PATH"),
            program("anvil", Verdict::Warn, "scripts/setup; only cone devnet needs it"),
            contract_artifacts(),
            Finding{"engines", Verdict::Pass, training::engine_versions(), ""},
            probe(config.execution)};
}

}  // namespace cone::cli
