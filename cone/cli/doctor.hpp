// Pre-flight checks: what is asked of a machine, what was found, how to fix it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cone/config/config.hpp"

namespace cone::cli {

enum class Verdict { Pass, Warn, Fail };

struct Finding {
    std::string check;  ///< "libtorch", "chain id", ...
    Verdict verdict = Verdict::Pass;
    std::string detail;  ///< what was found
    std::string fix;     ///< what to do; empty when passed
};

/// MPI, libtorch, instruction set, probe, tools.
[[nodiscard]] std::vector<Finding> check_build(const config::Config& config);
/// Cores, memory, disk, file system, clock, locale.
[[nodiscard]] std::vector<Finding> check_system(const config::Config& config);
/// IDX files and their number of images.
[[nodiscard]] std::vector<Finding> check_data(const config::Config& config);
/// Each role's key: there, readable, its owner's alone, known to the external signer.
[[nodiscard]] std::vector<Finding> check_keys(const config::Config& config);
/// Node, chain id, contracts, balance; one warning when no node is up.
[[nodiscard]] std::vector<Finding> check_chain(const config::Config& config);

}  // namespace cone::cli
