// Ranks as threads: a meeting point under a mutex for collectives, one queue a rank for mail.
// SPDX-License-Identifier: Apache-2.0
#include "cone/comm/thread_world.hpp"

#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "cone/base/errors.hpp"
#include "cone/comm/cores.hpp"

namespace cone::comm {
namespace {

/// Mutex, condition and the dead: shared by all groups and mailboxes of one world.
struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::set<int> dead;
    std::vector<std::deque<Mail>> mail;
    Millis timeout{};
};

/// Where the ranks of a group put their bytes and take everybody's. Two phases, so nobody laps a slow rank.
struct Meeting {
    std::vector<int> world_ranks;
    std::vector<Bytes> given;
    std::vector<Bytes> everybody;
    std::size_t arrived = 0;
    std::size_t taken = 0;
    bool open = false;  ///< all have arrived, results can be taken
};

[[nodiscard]] bool has_dead_member(const Shared& shared, const Meeting& meeting) {
    for (const int rank : meeting.world_ranks) {
        if (shared.dead.count(rank) != 0) {
            return true;
        }
    }
    return false;
}

template <class Int>
[[nodiscard]] ByteSpan as_bytes(std::span<Int> values) {
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

template <class Int, class Combine>
void combine_into(std::span<Int> values, const std::vector<Bytes>& everybody, int me, Combine combine) {
    for (std::size_t rank = 0; rank < everybody.size(); ++rank) {
        if (everybody[rank].size() != values.size_bytes()) {
            throw CommError("all_reduce: size differs between ranks: " + std::to_string(values.size_bytes()) +
                            " bytes on rank " + std::to_string(me) + ", " + std::to_string(everybody[rank].size()) +
                            " on rank " + std::to_string(rank));
        }
        if (static_cast<int>(rank) == me) {
            continue;
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            Int other;
            std::memcpy(&other, everybody[rank].data() + i * sizeof(Int), sizeof(Int));
            values[i] = combine(values[i], other);
        }
    }
}

class ThreadCommunicator final : public Communicator {
public:
    ThreadCommunicator(std::shared_ptr<Shared> shared, std::shared_ptr<Meeting> meeting, int rank)
        : shared_(std::move(shared)), meeting_(std::move(meeting)), rank_(rank) {}

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return static_cast<int>(meeting_->world_ranks.size()); }
    [[nodiscard]] int cores_each() const override { return usable_cores() / static_cast<int>(shared_->mail.size()); }

    void all_reduce_sum(std::span<std::int64_t> values) override {
        combine_into(values, exchange(as_bytes(values)), rank_, [](std::int64_t a, std::int64_t b) {
            return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
        });
    }
    void all_reduce_max(std::span<std::int32_t> values) override {
        combine_into(values, exchange(as_bytes(values)), rank_, [](std::int32_t a, std::int32_t b) { return a < b ? b : a; });
    }
    [[nodiscard]] std::vector<Bytes> all_gather(ByteSpan mine) override { return exchange(mine); }
    [[nodiscard]] Bytes broadcast(ByteSpan data, int root) override {
        CONE_ASSERT(root >= 0 && root < size(), "broadcast: root outside the group");
        return exchange(rank_ == root ? data : ByteSpan{}).at(static_cast<std::size_t>(root));
    }

private:
    std::vector<Bytes> exchange(ByteSpan mine) {
        std::unique_lock lock(shared_->mutex);
        Meeting& meeting = *meeting_;
        wait(lock, [&] { return !meeting.open; });
        meeting.given[static_cast<std::size_t>(rank_)].assign(mine.begin(), mine.end());
        if (++meeting.arrived == meeting.world_ranks.size()) {
            meeting.everybody = std::exchange(meeting.given, std::vector<Bytes>(meeting.world_ranks.size()));
            meeting.open = true;
            shared_->changed.notify_all();
        }
        wait(lock, [&] { return meeting.open; });
        std::vector<Bytes> result = meeting.everybody;
        if (++meeting.taken == meeting.world_ranks.size()) {
            meeting.open = false;
            meeting.arrived = meeting.taken = 0;
            shared_->changed.notify_all();
        }
        return result;
    }

    template <class Condition>
    void wait(std::unique_lock<std::mutex>& lock, Condition condition) {
        const bool woke = shared_->changed.wait_for(lock, shared_->timeout,
                                                    [&] { return condition() || has_dead_member(*shared_, *meeting_); });
        if (condition()) {
            return;
        }
        throw CommError(woke ? "collective: a rank of the group is dead"
                             : "collective: deadline passed on rank " + std::to_string(rank_));
    }

    std::shared_ptr<Shared> shared_;
    std::shared_ptr<Meeting> meeting_;
    int rank_;
};

class ThreadMailbox final : public Mailbox {
public:
    ThreadMailbox(std::shared_ptr<Shared> shared, int rank) : shared_(std::move(shared)), rank_(rank) {}

    [[nodiscard]] int rank() const override { return rank_; }
    [[nodiscard]] int size() const override { return static_cast<int>(shared_->mail.size()); }

    void send(int to, ByteSpan bytes) override {
        if (to < 0 || to >= size() || bytes.size() > kMaxMessageBytes) {
            throw CommError("send: rank " + std::to_string(to) + ", " + std::to_string(bytes.size()) + " bytes");
        }
        const std::lock_guard lock(shared_->mutex);
        if (shared_->dead.count(to) == 0 && shared_->dead.count(rank_) == 0) {
            shared_->mail[static_cast<std::size_t>(to)].push_back({rank_, Bytes(bytes.begin(), bytes.end())});
        }
    }
    [[nodiscard]] std::optional<Mail> try_receive() override {
        const std::lock_guard lock(shared_->mutex);
        auto& queue = shared_->mail[static_cast<std::size_t>(rank_)];
        if (queue.empty()) {
            return std::nullopt;
        }
        Mail mail = std::move(queue.front());
        queue.pop_front();
        return mail;
    }
    [[nodiscard]] std::set<int> failed_peers() override {
        const std::lock_guard lock(shared_->mutex);
        return shared_->dead;
    }
    [[nodiscard]] std::size_t pending_sends() override { return 0; }

private:
    std::shared_ptr<Shared> shared_;
    int rank_;
};

class ThreadWorldImpl final : public ThreadWorld {
public:
    ThreadWorldImpl(int size, Millis timeout) : shared_(std::make_shared<Shared>()) {
        CONE_ASSERT(size > 0, "a world has at least one rank");
        shared_->mail.resize(static_cast<std::size_t>(size));
        shared_->timeout = timeout;
    }

    [[nodiscard]] std::vector<std::unique_ptr<Communicator>> make_group(const std::vector<int>& world_ranks) override {
        auto meeting = std::make_shared<Meeting>();
        meeting->world_ranks = world_ranks;
        meeting->given.resize(world_ranks.size());
        std::vector<std::unique_ptr<Communicator>> endpoints;
        for (std::size_t rank = 0; rank < world_ranks.size(); ++rank) {
            endpoints.push_back(std::make_unique<ThreadCommunicator>(shared_, meeting, static_cast<int>(rank)));
        }
        return endpoints;
    }
    [[nodiscard]] std::unique_ptr<Mailbox> mailbox(int rank) override { return std::make_unique<ThreadMailbox>(shared_, rank); }
    void kill(int rank) override {
        const std::lock_guard lock(shared_->mutex);
        shared_->dead.insert(rank);
        shared_->changed.notify_all();
    }

private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace

std::shared_ptr<ThreadWorld> ThreadWorld::create(int size, Millis timeout) {
    return std::make_shared<ThreadWorldImpl>(size, timeout);
}

void spawn(int size, const std::function<void(ThreadRank&)>& body, Millis timeout) {
    const auto world = ThreadWorld::create(size, timeout);
    std::vector<int> all;
    for (int rank = 0; rank < size; ++rank) {
        all.push_back(rank);
    }
    const auto comms = world->make_group(all);
    std::vector<std::exception_ptr> thrown(all.size());
    std::vector<std::thread> threads;
    for (const int rank : all) {
        threads.emplace_back([&, rank] {
            const auto mailbox = world->mailbox(rank);
            ThreadRank self{*world, *comms[static_cast<std::size_t>(rank)], *mailbox};
            try {
                body(self);
            } catch (...) {
                thrown[static_cast<std::size_t>(rank)] = std::current_exception();
                world->kill(rank);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& exception : thrown) {
        if (exception) {
            std::rethrow_exception(exception);
        }
    }
}

}  // namespace cone::comm
