// One logger a process, two sinks.
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "cone/base/errors.hpp"

namespace cone {
namespace {

constexpr auto kPeoplePattern = "%H:%M:%S.%e %^%-5l%$ [%n] %v";
constexpr auto kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","who":"%n","message":"%v"})";

}  // namespace

void set_up_log(const LogOptions& options) {
    std::vector<spdlog::sink_ptr> sinks;
    try {
        if (options.to_stderr) {
            sinks.push_back(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
            sinks.back()->set_pattern(kPeoplePattern);
        }
        if (!options.json_file.empty()) {
            sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.json_file));
            sinks.back()->set_pattern(kJsonPattern);
        }
    } catch (const spdlog::spdlog_ex& error) {
        throw EnvironmentError(std::string("log: ") + error.what(), "choose a folder you can write to");
    }
    auto logger = std::make_shared<spdlog::logger>(options.name, sinks.begin(), sinks.end());
    logger->set_level(spdlog::level::from_str(options.level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(logger);
}

}  // namespace cone
