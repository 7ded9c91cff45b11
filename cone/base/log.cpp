// One logger a process.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <memory>

#include "cone/base/errors.hpp"

namespace cone {

void set_up_log(const std::string& name, const std::string& level) {
    CONE_ASSERT(std::find(kLogLevels.begin(), kLogLevels.end(), level) != kLogLevels.end(), "a level of kLogLevels");
    auto logger = std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern("%H:%M:%S.%e %^%-5l%$ [%n] %v");
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(logger);
}

}  // namespace cone
