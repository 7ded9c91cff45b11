// Threads, jobs, barrier.
// SPDX-License-Identifier: Apache-2.0
#include "team.hpp"

#include "cone_kernels/float_environment.hpp"

namespace cone::kernels::cpu {
namespace {

/// About 50 microseconds: longer than the others need where each has a core of its own, and no longer than it takes to sleep and
/// wake. Who spins on keeps a core from the very thread it waits for, where there are more threads than cores.
constexpr int kSpins = 2'000;

void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// Returns when `value` is no longer `old`.
void wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int i = 0; i < kSpins; ++i) {
        if (value.load(std::memory_order_acquire) != old) {
            return;
        }
        pause();
    }
    value.wait(old, std::memory_order_acquire);
}

}  // namespace

Team::Team(unsigned threads) : threads_(threads) {
    for (unsigned thread = 1; thread < threads; ++thread) {
        others_.emplace_back([this, thread] { work(thread); });
    }
}

Team::~Team() {
    ends_ = true;
    jobs_.fetch_add(1, std::memory_order_release);
    jobs_.notify_all();
    for (std::thread& other : others_) {
        other.join();
    }
}

void Team::start(Job job, const void* context) {
    if (threads_ > 1) {
        job_ = job;
        context_ = context;
        jobs_.fetch_add(1, std::memory_order_release);
        jobs_.notify_all();
    }
    job(context, 0);
    barrier();
}

void Team::work(unsigned thread) {
    set_default_floats();
    for (std::uint32_t done = 0;; ++done) {
        wait_for_change(jobs_, done);
        if (ends_) {
            return;
        }
        job_(context_, thread);
        barrier();
    }
}

void Team::barrier() {
    if (threads_ == 1) {
        return;
    }
    const std::uint32_t passed = passed_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
        arrived_.store(0, std::memory_order_relaxed);
        passed_.fetch_add(1, std::memory_order_release);
        passed_.notify_all();
    } else {
        wait_for_change(passed_, passed);
    }
}

}  // namespace cone::kernels::cpu
