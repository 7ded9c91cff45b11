// Just enough HTTP/1.1 for libcurl: one POST after the other on a connection that is kept.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/proxy/fault_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>
#include <utility>

#include "bridge/rpc/curl_transport.hpp"

namespace cone::test {
namespace {

int listen_on_a_free_port(std::uint16_t& port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (socket < 0 || ::bind(socket, plain, length) != 0 || ::listen(socket, 64) != 0 ||
        ::getsockname(socket, plain, &length) != 0) {
        throw std::runtime_error("the proxy cannot listen");
    }
    port = ntohs(address.sin_port);
    return socket;
}

std::size_t content_length(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string name = "content-length:";
    const std::size_t at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

/// The body of the next request; nothing when the client is gone. `buffer` keeps what came beyond it.
std::optional<std::string> read_request(int socket, std::string& buffer) {
    const std::string blank = "\r\n\r\n";
    std::array<char, 65536> block{};
    for (;;) {
        const std::size_t end = buffer.find(blank);
        if (end != std::string::npos) {
            const std::size_t first = end + blank.size();
            const std::size_t length = content_length(buffer.substr(0, end));
            if (buffer.size() >= first + length) {
                std::string body = buffer.substr(first, length);
                buffer.erase(0, first + length);
                return body;
            }
        }
        const ssize_t got = ::recv(socket, block.data(), block.size(), 0);
        if (got <= 0) {
            return std::nullopt;
        }
        buffer.append(block.data(), static_cast<std::size_t>(got));
    }
}

bool send_all(int socket, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t sent = ::send(socket, text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(sent);
    }
    return true;
}

std::string as_http(const WireReply& reply) {
    return "HTTP/1.1 " + std::to_string(reply.status) +
           " -\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" +
           reply.body;
}

}  // namespace

FaultProxy::FaultProxy(std::string node_url, Treat treat)
    : node_url_(std::move(node_url)),
      treat_(std::move(treat)),
      listening_(listen_on_a_free_port(port_)),
      acceptor_([this] { accept_all(); }) {}

FaultProxy::~FaultProxy() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (Connection& connection : connections_) {
            ::shutdown(connection.socket, SHUT_RDWR);
        }
    }
    wake_.notify_all();
    ::shutdown(listening_, SHUT_RDWR);
    acceptor_.join();
    ::close(listening_);
    for (Connection& connection : connections_) {
        connection.thread.join();
        ::close(connection.socket);
    }
}

void FaultProxy::accept_all() {
    for (;;) {
        const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        const std::lock_guard lock(mutex_);
        if (stopping_ || socket < 0) {
            if (socket >= 0) {
                ::close(socket);
            }
            return;
        }
        forget_ended();
        Connection& connection = connections_.emplace_back();
        connection.socket = socket;
        connection.thread = std::thread([this, &connection] { serve(connection); });
    }
}

void FaultProxy::forget_ended() {
    for (auto at = connections_.begin(); at != connections_.end();) {
        if (!at->over) {
            ++at;
            continue;
        }
        at->thread.join();
        ::close(at->socket);
        at = connections_.erase(at);
    }
}

void FaultProxy::serve(Connection& connection) {
    rpc::CurlTransport node({.url = node_url_});
    std::string buffer;
    while (const auto body = read_request(connection.socket, buffer)) {
        const WireReply reply = answer(node, *body);
        if (stops_within(reply.delay) || reply.hangs_up || !send_all(connection.socket, as_http(reply))) {
            break;
        }
    }
    ::shutdown(connection.socket, SHUT_RDWR);
    connection.over = true;
}

WireReply FaultProxy::answer(rpc::Transport& node, const std::string& body) {
    const std::lock_guard lock(treating_);
    ++calls_;
    return treat_(rpc::Json::parse(body), [&] { return node.post(body).body; });
}

bool FaultProxy::stops_within(Millis delay) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, delay, [this] { return stopping_; });
}

}  // namespace cone::test
