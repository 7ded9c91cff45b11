// The benchmark that needs MPI.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/cli/command.hpp"

namespace cone::cli {

void add_bench_team(CLI::App& bench, Runner& chosen);

}  // namespace cone::cli
