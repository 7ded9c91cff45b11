// Wall seconds, for the timings a run reports. Nothing that is hashed depends on them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace cone::training {

class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Where a segment's time went on this rank.
struct Timing {
    double training = 0;  ///< local training and evaluation
    double hashing = 0;   ///< roots, digest
};

}  // namespace cone::training
