// cone verify --step: one local step, operator by operator, alone or against another party's trace of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cone/cli/command.hpp"
#include "cone/report/receipt.hpp"
#include "cone/trace/operators.hpp"

namespace cone::cli {

struct StepOptions {
    std::string step;     ///< SEGMENT.ROUND.SELLER.STEP; empty: not asked for
    std::string out;      ///< file for the trace; empty: none
    std::string against;  ///< another party's trace; empty: none
};

/// Executes up to the step, prints its operators. Mismatch when `against` differs. Throws ConfigError when the job has no such
/// step, DataError when `against` is malformed or of another step or job, otherwise as execute_again.
[[nodiscard]] ExitCode verify_step(const Common& common, const StepOptions& options, const report::Receipt& receipt,
                                   const std::string& store);

}  // namespace cone::cli
