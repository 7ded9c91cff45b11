// A second bridge with the same key: follows the job without sending, and goes on when the first one is gone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "cone/config/config.hpp"

namespace cone::cli {

enum class KeyWait {
    Free,         ///< nobody else uses the key: the run may begin, or go on where the other one stopped
    Done,         ///< the other bridge brought the job to its end and wrote its result
    Interrupted,  ///< `interrupted` was set
};

/// Returns at once when the bridge's key is free. Else tells who has it and how the job goes, until that process ends or stands still
/// for a minute. Throws sender::LeaseHeld after the job's time, and what opening the chain throws.
[[nodiscard]] KeyWait wait_for_key(const config::Config& config, std::uint64_t wanted_job,
                                   const std::atomic<bool>& interrupted);

}  // namespace cone::cli
