// One worker, one order.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/send_queue.hpp"

#include <utility>

namespace cone::sender {

SendQueue::SendQueue(Send send, std::function<void()> stop, Recover recover_sent)
    : send_(std::move(send)), stop_(std::move(stop)), recover_sent_(std::move(recover_sent)), worker_([this] { work(); }) {}

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

void SendQueue::recover() {
    const std::lock_guard lock(mutex_);
    recovery_wanted_ = recover_sent_ != nullptr;
    wake_.notify_all();
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

std::optional<SendQueue::Job> SendQueue::next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || recovery_wanted_ || !queue_.empty(); });
    if (stopping_) {
        return std::nullopt;
    }
    if (std::exchange(recovery_wanted_, false)) {
        return Job{.recovers = true, .ticket = kRecovered, .request = {}};
    }
    Job job{.recovers = false, .ticket = queue_.front().first, .request = std::move(queue_.front().second)};
    queue_.pop_front();
    return job;
}

void SendQueue::send(Job job) {
    Outcome outcome = send_(job.request);
    const std::lock_guard lock(mutex_);
    sent_.push_back({job.ticket, std::move(job.request.label), std::move(outcome)});
    --unfinished_;
}

void SendQueue::send_again() {
    auto outcomes = recover_sent_();
    const std::lock_guard lock(mutex_);
    for (auto& [label, outcome] : outcomes) {
        sent_.push_back({kRecovered, std::move(label), std::move(outcome)});
    }
}

void SendQueue::work() {
    try {
        while (auto job = next()) {
            job->recovers ? send_again() : send(*std::move(job));
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
    }
}

}  // namespace cone::sender
