// A few threads that share each step: started once, they spin briefly and then sleep between jobs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "step.hpp"

namespace cone::kernels::cpu {

class Team {
public:
    explicit Team(unsigned threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    [[nodiscard]] unsigned threads() const { return threads_; }

    /// job(thread) on every thread, this one being 0; returns when all are done. Allocates nothing.
    template <class Job>
    void run(const Job& job) {
        start([](const void* context, unsigned thread) { (*static_cast<const Job*>(context))(thread); }, &job);
    }

    /// Within a job: waits for the others. Every thread must come here equally often.
    void barrier();

    /// The part of `count` things that a thread does.
    [[nodiscard]] Range share(std::size_t count, unsigned thread) const {
        return {count * thread / threads_, count * (thread + 1) / threads_};
    }

private:
    using Job = void (*)(const void*, unsigned);
    void start(Job job, const void* context);
    void work(unsigned thread);

    unsigned threads_;
    Job job_ = nullptr;
    const void* context_ = nullptr;
    bool ends_ = false;
    alignas(64) std::atomic<std::uint32_t> jobs_ = 0;
    alignas(64) std::atomic<std::uint32_t> arrived_ = 0;
    alignas(64) std::atomic<std::uint32_t> passed_ = 0;
    std::vector<std::thread> others_;
};

}  // namespace cone::kernels::cpu
