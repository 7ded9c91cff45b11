// cone bench chain: what signing, sending and waiting for the chain cost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/cli/command.hpp"

namespace cone::cli {

void add_bench_chain(CLI::App& bench, Runner& chosen);

}  // namespace cone::cli
