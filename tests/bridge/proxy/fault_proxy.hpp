// A real HTTP server between a client and a node that spoils answers as a test says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "bridge/rpc/client.hpp"

namespace cone::test {

/// What goes back over the wire.
struct WireReply {
    int status = 200;
    std::string body{};
    bool hangs_up = false;  ///< no reply at all
    Millis delay{0};
};

/// Gives the request to the node and returns its answer.
using Forward = std::function<std::string()>;
/// Called for each exchange, from one thread at a time. `request` is an object or, of a batch, a list.
using Treat = std::function<WireReply(const rpc::Json& request, const Forward& forward)>;

/// Listens on a free port of 127.0.0.1; a thread a connection.
class FaultProxy {
public:
    FaultProxy(std::string node_url, Treat treat);
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy();

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// Exchanges so far.
    [[nodiscard]] std::uint64_t calls() const { return calls_; }

private:
    struct Connection {
        int socket = -1;
        std::atomic<bool> over{false};
        std::thread thread;
    };
    void accept_all();
    void serve(Connection& connection);
    void forget_ended();
    [[nodiscard]] WireReply answer(rpc::Transport& node, const std::string& body);
    [[nodiscard]] bool stops_within(Millis delay);

    std::string node_url_;
    Treat treat_;
    std::uint16_t port_ = 0;
    int listening_ = -1;
    std::atomic<std::uint64_t> calls_{0};
    std::mutex treating_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::list<Connection> connections_;
    std::thread acceptor_;
};

}  // namespace cone::test
