// One run of the crash matrix: kill, let the chain go on, restart, look.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/bridge/crash/prepared_job.hpp"

namespace cone::test {

/// What the chain did with the transaction while the bridge was dead.
enum class Meanwhile {
    Mined,        ///< it is in a block
    Pending,      ///< it waits in the node's pool, though it may have been in a block before
    Reorganised,  ///< it was in a block that left the chain, and the node has forgotten it
};
[[nodiscard]] const char* to_string(Meanwhile meanwhile);

struct CrashRun {
    std::string point;
    Meanwhile meanwhile = Meanwhile::Mined;
    std::string journal = "kept";  ///< "late": a broken one
    bool names_its_intent = true;
    std::uint64_t gas_limit = 0;  ///< 0: estimated, so that the contract can refuse before anything is paid
};

/// Empty when the effect is on the chain exactly once and its outcome was told; otherwise what is wrong.
[[nodiscard]] std::vector<std::string> play(PreparedJob& job, DueAction& due, const CrashRun& run);

}  // namespace cone::test
