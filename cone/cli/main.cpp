// The one binary: picks the subcommand, turns exceptions into messages with a fix and into stable exit codes.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>

#include "cone/base/log.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/version.hpp"

namespace cone::cli {
namespace {

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int) {
    interrupt_flag = true;
}

void install_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

ExitCode run_guarded(const Runner& runner) {
    try {
        return runner();
    } catch (const Error& error) {
        print_error(error);
        return error.code();
    } catch (const std::exception& error) {
        print_error(EnvironmentError(error.what(), "this is not expected; please report it with the command line"));
        return ExitCode::Environment;
    }
}

int run_app(int argc, char** argv) {
    CLI::App app{"CONE: a compute network for data markets"};
    app.require_subcommand(1);
    app.set_version_flag("--version", version_text());
    Runner chosen;
    for (auto* add : {add_devnet, add_submit, add_run, add_status, add_watch, add_verify, add_report, add_doctor, add_bench,
                      add_key, add_withdraw}) {
        add(app, chosen);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : static_cast<int>(ExitCode::Usage);
    }
    return static_cast<int>(run_guarded(chosen));
}

}  // namespace

bool interrupted() {
    return interrupt_flag;
}

void end_on_signals() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

}  // namespace cone::cli

int main(int argc, char** argv) {
    cone::cli::install_signals();
    cone::set_up_log("cone", "info");
    return cone::cli::run_app(argc, argv);
}
