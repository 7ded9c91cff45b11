// cone bench play: attackers against the market's rules, by simulation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/cli/command.hpp"

namespace cone::cli {

void add_bench_play(CLI::App& bench, Runner& chosen);

}  // namespace cone::cli
