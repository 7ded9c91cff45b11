// One worker, one order.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/send_queue.hpp"

#include <utility>

namespace cone::sender {

SendQueue::SendQueue(Send send, std::function<void()> stop)
    : send_(std::move(send)), stop_(std::move(stop)), worker_([this] { work(); }) {}

SendQueue::~SendQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    stop_();
    worker_.join();
}

Ticket SendQueue::submit(Outgoing request) {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(++last_ticket_, std::move(request));
    ++unfinished_;
    wake_.notify_all();
    return last_ticket_;
}

std::vector<Sent> SendQueue::poll() {
    const std::lock_guard lock(mutex_);
    if (sent_.empty() && failure_) {
        std::rethrow_exception(failure_);
    }
    return std::exchange(sent_, {});
}

std::size_t SendQueue::unfinished() const {
    const std::lock_guard lock(mutex_);
    return unfinished_;
}

bool SendQueue::next(std::pair<Ticket, Outgoing>& out) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) {
        return false;
    }
    out = std::move(queue_.front());
    queue_.pop_front();
    return true;
}

void SendQueue::work() {
    try {
        for (std::pair<Ticket, Outgoing> job; next(job);) {
            Outcome outcome = send_(job.second);
            const std::lock_guard lock(mutex_);
            sent_.push_back({job.first, std::move(job.second.label), std::move(outcome)});
            --unfinished_;
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
    }
}

}  // namespace cone::sender
