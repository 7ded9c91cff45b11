// Which job a command means when none is named.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/base/ids.hpp"
#include "cone/cli/connection.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// `wanted` if it is not 0, else the newest job on chain. Throws ChainError when there is no such job.
[[nodiscard]] JobId choose_job(Connection& connection, const config::Config& config, std::uint64_t wanted);

}  // namespace cone::cli
