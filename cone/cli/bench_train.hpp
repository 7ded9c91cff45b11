// cone bench train: the executor's training beside plain libtorch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/cli/command.hpp"

namespace cone::cli {

void add_bench_train(CLI::App& bench, Runner& chosen);

}  // namespace cone::cli
