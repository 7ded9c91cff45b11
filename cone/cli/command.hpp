// What every subcommand shares: where results and errors go, and how a command is added to the app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/config/config.hpp"

namespace cone::cli {

/// Options that every subcommand understands.
struct Common {
    std::string config_path = "configs/demo.toml";
    std::vector<std::string> set;  ///< "section.key=value", strongest
    bool json = false;             ///< results as one JSON object with schema_version
    std::string log_level = "info";
};

/// Set once by `main` from a signal handler's flag; long commands look at it and leave with 130.
[[nodiscard]] bool interrupted();

/// From here on a signal ends the process at once: for commands that keep nothing and run code that looks at no flag.
void end_on_signals();

/// Adds --json and --log-level, and with `with_config` also --config and --set.
void add_common(CLI::App& command, Common& common, bool with_config);

/// File, environment (CONE_SECTION_KEY) and --set together. Throws ConfigError.
[[nodiscard]] config::Config load(const Common& common);

/// Results go to stdout: the JSON envelope when asked for, else `text`.
void print_result(const Common& common, const std::string& command, nlohmann::json body, const std::string& text);

/// "error: ..." and "  hint: ..." on stderr.
void print_error(const Error& error);

/// One line of progress for people, on stderr.
void say(const std::string& line);

/// A subcommand registers its flags and stores what to run; the callback returns the exit code.
using Runner = std::function<ExitCode()>;
void add_devnet(CLI::App& app, Runner& chosen);
void add_submit(CLI::App& app, Runner& chosen);
void add_run(CLI::App& app, Runner& chosen);
void add_status(CLI::App& app, Runner& chosen);
void add_watch(CLI::App& app, Runner& chosen);
void add_verify(CLI::App& app, Runner& chosen);
void add_report(CLI::App& app, Runner& chosen);
void add_doctor(CLI::App& app, Runner& chosen);
void add_bench(CLI::App& app, Runner& chosen);
void add_key(CLI::App& app, Runner& chosen);
void add_withdraw(CLI::App& app, Runner& chosen);

}  // namespace cone::cli
