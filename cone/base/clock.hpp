// Time as a port: deadlines are decided against a clock that tests can move.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace cone {

using Millis = std::chrono::milliseconds;

/// Monotonic time since an arbitrary start.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Millis now() const = 0;
};

class SteadyClock final : public Clock {
public:
    [[nodiscard]] Millis now() const override {
        return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
    }
};

/// Stands still until a test moves it.
class ManualClock final : public Clock {
public:
    [[nodiscard]] Millis now() const override { return now_; }
    void advance(Millis step) { now_ += step; }

private:
    Millis now_{0};
};

/// The moment after which nobody waits any longer.
struct Deadline {
    Millis at{};

    static Deadline in(const Clock& clock, Millis span) { return {clock.now() + span}; }
    [[nodiscard]] bool passed(const Clock& clock) const { return clock.now() >= at; }
};

}  // namespace cone
