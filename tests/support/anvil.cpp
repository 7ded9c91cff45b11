// Starts anvil and learns its port from what it prints.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/anvil.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <exception>

namespace cone::test {
namespace {

constexpr int kStartTimeoutMs = 20'000;
constexpr int kForever = -1;

std::uint16_t wait_for_port(ChildProcess& process) {
    const std::string sign = "Listening on 127.0.0.1:";
    for (;;) {
        const std::string line = process.read_line(kStartTimeoutMs);
        if (line.starts_with(sign)) {
            return static_cast<std::uint16_t>(std::stoul(line.substr(sign.size())));
        }
    }
}

void read_to_the_end(ChildProcess& process) {
    try {
        for (;;) {
            (void)process.read_line(kForever);
        }
    } catch (const std::exception&) {  // the process ended
    }
}

}  // namespace

std::string anvil_program() {
    return std::string(CONE_SOURCE_DIR) + "/.tools/bin/anvil";
}

Anvil::Anvil(const std::vector<std::string>& more, std::uint16_t port) {
    std::vector<std::string> arguments{anvil_program(), "--port", std::to_string(port)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    process_ = std::make_unique<ChildProcess>(arguments);
    port_ = wait_for_port(*process_);
    drain_ = std::thread([this] { read_to_the_end(*process_); });
}

Anvil::~Anvil() {
    process_->kill();
    if (drain_.joinable()) {
        drain_.join();
    }
}

void Anvil::freeze() const {
    process_->signal(SIGSTOP);
    ::waitpid(process_->pid(), nullptr, WUNTRACED);  // until all its threads stand still
}
void Anvil::thaw() const {
    process_->signal(SIGCONT);
}

void Anvil::end_gently() {
    process_->signal(SIGINT);
    drain_.join();
}

}  // namespace cone::test
