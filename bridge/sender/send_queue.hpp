// A worker thread that sends in order, so that a loop which must not wait only queues and polls.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bridge/sender/sender.hpp"

namespace cone::sender {

/// Number of a queued transaction, from 1 in the order of `submit`; kRecovered: of one that was sent again.
using Ticket = std::uint64_t;
inline constexpr Ticket kRecovered = 0;

struct Sent {
    Ticket ticket = 0;
    std::string label;
    Outcome outcome;
};

/// `send` and `recover_sent` run on the worker thread only; `stop` must make a waiting `send` throw rpc::Stopped (StoppablePause::stop does).
class SendQueue {
public:
    using Send = std::function<Outcome(const Outgoing&)>;
    using Recover = std::function<std::vector<std::pair<std::string, Outcome>>()>;  ///< Sender::recover
    SendQueue(Send send, std::function<void()> stop, Recover recover_sent = {});
    SendQueue(const SendQueue&) = delete;
    SendQueue& operator=(const SendQueue&) = delete;
    /// Stops at the next wait; what is queued and unsent is dropped, what is signed stays in the journal.
    ~SendQueue();

    Ticket submit(Outgoing request);
    /// Blocks left the chain: before anything else is sent, what they held is sent again. Its outcomes come out of `poll` with the
    /// ticket kRecovered.
    void recover();
    /// What finished since the last call, in order. When all of that has been handed over and the worker died of an
    /// exception (an outage beyond its limit), throws that.
    [[nodiscard]] std::vector<Sent> poll();
    /// Queued or under way.
    [[nodiscard]] std::size_t unfinished() const;

private:
    void work();
    struct Job {
        bool recovers = false;  ///< nothing new to send
        Ticket ticket = 0;
        Outgoing request;
    };
    [[nodiscard]] std::optional<Job> next();
    void send(Job job);
    void send_again();

    Send send_;
    std::function<void()> stop_;
    Recover recover_sent_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::pair<Ticket, Outgoing>> queue_;
    std::vector<Sent> sent_;
    std::exception_ptr failure_;
    Ticket last_ticket_ = 0;
    std::size_t unfinished_ = 0;
    bool recovery_wanted_ = false;
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace cone::sender
