// How a rank waits: yields first, then sleeps in growing steps, so that waiting ranks leave the cores to working ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace cone::comm {

class Backoff {
public:
    void wait() {
        if (turns_ < kYields) {
            ++turns_;
            std::this_thread::yield();
            return;
        }
        std::this_thread::sleep_for(step_);
        step_ = std::min(step_ * 2, kLongest);
    }
    void reset() { *this = Backoff(); }

private:
    static constexpr int kYields = 64;
    static constexpr std::chrono::microseconds kLongest{1000};
    int turns_ = 0;
    std::chrono::microseconds step_{20};
};

}  // namespace cone::comm
