// cone bench job: a whole job's training, without a chain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/cli/command.hpp"

namespace cone::cli {

void add_bench_job(CLI::App& bench, Runner& chosen);

}  // namespace cone::cli
