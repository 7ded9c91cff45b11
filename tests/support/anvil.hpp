// A real Ethereum node for one test: anvil on a free port, killed when the object dies, and by the kernel when the test does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/process.hpp"

namespace cone::test {

/// Path of the native program; the tests that use it have the label `chain`.
[[nodiscard]] std::string anvil_program();

class Anvil {
public:
    /// Returns when it listens. `more`: further flags, such as {"--no-mining"}. `port` 0: a free one, chosen by the kernel.
    /// Throws std::runtime_error when it does not come up within 20 s.
    explicit Anvil(const std::vector<std::string>& more = {}, std::uint16_t port = 0);
    Anvil(const Anvil&) = delete;
    Anvil& operator=(const Anvil&) = delete;
    ~Anvil();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Neither answers nor refuses until `thaw`.
    void freeze() const;
    void thaw() const;
    /// SIGINT, and waits until it has written its --state file and ended.
    void end_gently();

private:
    std::unique_ptr<ChildProcess> process_;
    std::uint16_t port_ = 0;
    std::thread drain_;  ///< reads what anvil prints: a full pipe would stop it
};

}  // namespace cone::test
