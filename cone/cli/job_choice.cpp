// Asks the JobBoard, newest first.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/job_choice.hpp"

#include "cone/base/errors.hpp"

namespace cone::cli {

JobId choose_job(Connection& connection, const config::Config& config, std::uint64_t wanted) {
    if (wanted != 0) {
        if (connection.views().job(JobId(wanted)).state == contracts::JobState::None) {
            throw ChainError("there is no job " + std::to_string(wanted), "cone status without --job shows the newest");
        }
        return JobId(wanted);
    }
    for (auto id = connection.views().auction_count(); id > 0; --id) {
        if (connection.views().job(JobId(id)).state != contracts::JobState::None) {
            return JobId(id);
        }
    }
    throw ChainError("there is no job on this chain yet", "open one: cone submit --config " + config.name + ".toml");
}

}  // namespace cone::cli
