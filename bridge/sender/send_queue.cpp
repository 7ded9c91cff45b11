// One worker, one order.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace cone::sender {

SendWork work_of(Sender& sender, std::function<void()> stop) {
    return {.send = [&sender](const Outgoing& request) { return sender.send(request); },
            .stop = std::move(stop),
            .recover = [&sender] { sender.recover(); },
            .take_recovered = [&sender] { return sender.take_recovered(); }};
}

SendQueue::SendQueue(SendWork work) : what_(std::move(work)), worker_([this] { this->work(); }) {}

SendQueue::~SendQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    what_.stop();
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
    recovery_wanted_ = what_.recover != nullptr;
    wake_.notify_all();
}

std::vector<Sent> SendQueue::poll() {
    const std::lock_guard lock(mutex_);
    if (sent_.empty() && failure_) {
        std::rethrow_exception(failure_);
    }
    return std::exchange(sent_, {});
}

bool SendQueue::has_sent() const {
    const std::lock_guard lock(mutex_);
    return !sent_.empty();
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
    const auto first = most_pressing();
    Job job{.recovers = false, .ticket = first->first, .request = std::move(first->second)};
    queue_.erase(first);
    return job;
}

/// By class, and within a class in the order of `submit`: tickets only grow.
std::deque<std::pair<Ticket, Outgoing>>::iterator SendQueue::most_pressing() {
    return std::min_element(queue_.begin(), queue_.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second.claim.fee_class, a.first) < std::pair(b.second.claim.fee_class, b.first);
    });
}

Claim SendQueue::waiting() {
    const std::lock_guard lock(mutex_);
    return queue_.empty() ? Claim{FeeClass::Payout, {}} : most_pressing()->second.claim;
}

void SendQueue::send(Job job) {
    Outcome outcome = what_.send(job.request);
    hand_over_recovered();
    const std::lock_guard lock(mutex_);
    if (std::holds_alternative<Deferred>(outcome)) {
        queue_.emplace_back(job.ticket, std::move(job.request));
        return;
    }
    sent_.push_back({job.ticket, std::move(job.request.label), std::move(job.request.intent), std::move(outcome)});
    --unfinished_;
}

void SendQueue::hand_over_recovered() {
    if (!what_.take_recovered) {
        return;
    }
    auto recovered = what_.take_recovered();
    const std::lock_guard lock(mutex_);
    for (auto& [intent, label, outcome] : recovered) {
        sent_.push_back({kRecovered, std::move(label), std::move(intent), std::move(outcome)});
    }
}

void SendQueue::work() {
    try {
        while (auto job = next()) {
            if (job->recovers) {
                what_.recover();
                hand_over_recovered();
            } else {
                send(*std::move(job));
            }
        }
    } catch (...) {
        hand_over_recovered();
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
    }
}

}  // namespace cone::sender
