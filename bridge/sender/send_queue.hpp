// A worker thread that sends by class and then in order, so that a loop which must not wait only queues and polls.
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
    std::string intent;
    Outcome outcome;
};

/// What the worker thread does; see Sender. `stop` must make a waiting `send` throw rpc::Stopped (StoppablePause::stop does).
struct SendWork {
    std::function<Outcome(const Outgoing&)> send;
    std::function<void()> stop;
    std::function<void()> recover{};
    std::function<std::vector<Recovered>()> take_recovered{};  ///< asked after each of the others, also when it failed
};
/// `sender` outlives what uses the result.
[[nodiscard]] SendWork work_of(Sender& sender, std::function<void()> stop);

class SendQueue {
public:
    explicit SendQueue(SendWork work);
    SendQueue(const SendQueue&) = delete;
    SendQueue& operator=(const SendQueue&) = delete;
    /// Stops at the next wait; what is queued and unsent is dropped, what is signed stays in the journal.
    ~SendQueue();

    Ticket submit(Outgoing request);
    /// At start, and when blocks left the chain: before anything else is sent, what the chain lacks is sent again. Outcomes of
    /// what was sent again, here or before a new transaction, come out of `poll` with the ticket kRecovered.
    void recover();
    /// What finished since the last call, in order. When all of that has been handed over and the worker died of an
    /// exception (an outage beyond its limit), throws that.
    [[nodiscard]] std::vector<Sent> poll();
    /// Whether `poll` has something to hand over.
    [[nodiscard]] bool has_sent() const;
    /// Queued or under way.
    [[nodiscard]] std::size_t unfinished() const;
    /// What the most pressing transaction in the queue claims; class Payout when there is none. For SendSettings::waiting.
    [[nodiscard]] Claim waiting();

private:
    void work();
    struct Job {
        bool recovers = false;  ///< nothing new to send
        Ticket ticket = 0;
        Outgoing request;
    };
    [[nodiscard]] std::optional<Job> next();
    [[nodiscard]] std::deque<std::pair<Ticket, Outgoing>>::iterator most_pressing();
    void send(Job job);
    void hand_over_recovered();

    SendWork what_;
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
