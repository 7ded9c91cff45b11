// Shared flags, configuration with its overrides, and the two output streams.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/command.hpp"

#include <cstdio>
#include <string_view>

#include "cone/base/log.hpp"

extern char** environ;

namespace cone::cli {
namespace {

constexpr int kJsonSchemaVersion = 1;

std::map<std::string, std::string> cone_environment() {
    std::map<std::string, std::string> found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (text.starts_with("CONE_") && equals != std::string_view::npos) {
            found.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return found;
}

}  // namespace

void add_common(CLI::App& command, Common& common, bool with_config) {
    command.add_flag("--json", common.json, "Print the result as one JSON object with schema_version");
    command.add_option("--log-level", common.log_level, "trace, debug, info, warn or error")
        ->capture_default_str()
        ->check(CLI::IsMember(kLogLevels))
        ->each([](const std::string& level) { set_up_log("cone", level); });
    if (with_config) {
        command.add_option("-c,--config", common.config_path, "Configuration file (TOML)")->capture_default_str();
        command.add_option("--set", common.set, "Override one setting: section.key=value (repeatable)");
        command.add_option_function<std::string>(
            "--password-fd", [&common](const std::string& fd) { common.set.push_back("keys.password_fd=" + fd); },
            "Descriptor that the keystores' password is read from: --password-fd 3 3< FILE");
    }
}

config::Config load(const Common& common) {
    return config::load_config(common.config_path, cone_environment(), common.set);
}

void print_result(const Common& common, const std::string& command, nlohmann::json body, const std::string& text) {
    if (common.json) {
        body["schema_version"] = kJsonSchemaVersion;
        body["command"] = command;
        std::printf("%s\n", body.dump(2).c_str());
    } else {
        std::printf("%s\n", text.c_str());
    }
    std::fflush(stdout);
}

void print_error(const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    if (!error.hint().empty()) {
        std::fprintf(stderr, "  hint: %s\n", error.hint().c_str());
    }
}

void say(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace cone::cli
