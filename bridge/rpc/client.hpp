// JSON-RPC 2.0: asks, tries again when that can help, and lets nothing malformed through.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "bridge/rpc/failure.hpp"
#include "bridge/rpc/pause.hpp"
#include "bridge/rpc/transport.hpp"

namespace cone::rpc {

using Json = nlohmann::json;

struct RetryPolicy {
    int tries = 3;
    Millis first_pause{250};  ///< doubles from try to try; each pause is drawn from its upper half
    Millis longest_pause{15'000};
    std::uint64_t jitter_seed = 1;
};

struct Question {
    std::string method;
    Json params = Json::array();
};
using Answer = std::variant<Json, ErrorObject>;

/// One thread a client.
class Client {
public:
    /// `transport` and `pause` outlive the client.
    Client(Transport& transport, Pause& pause, RetryPolicy policy = {});

    /// The `result`. Throws NodeError when the node says no, CallFailed when there is no usable answer, Stopped.
    [[nodiscard]] Json ask(const std::string& method, Json params = Json::array());
    /// One HTTP exchange; answers in the order of the questions. Throws CallFailed, Stopped.
    [[nodiscard]] std::vector<Answer> ask_all(const std::vector<Question>& questions);

private:
    template <class Attempt>
    auto with_retries(Attempt attempt);
    [[nodiscard]] Millis pause_after(int tries);

    Transport& transport_;
    Pause& pause_;
    RetryPolicy policy_;
    std::mt19937_64 jitter_;
    std::uint64_t next_id_ = 1;
};

}  // namespace cone::rpc
