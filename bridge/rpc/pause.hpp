// How the bridge waits: an action that tests replace by moving a clock, and that a stopping program cuts short.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>

#include "cone/base/clock.hpp"

namespace cone::rpc {

class Pause {
public:
    virtual ~Pause() = default;
    /// Waits for `span`. False, at once, when somebody asked to stop.
    [[nodiscard]] virtual bool wait(Millis span) = 0;
};

/// Real time. `stop` may be called from any thread; every wait, present and future, then ends.
class StoppablePause final : public Pause {
public:
    [[nodiscard]] bool wait(Millis span) override;
    void stop();
    [[nodiscard]] bool stopped() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopped_ = false;
};

/// Waits by moving a ManualClock: tests take no time.
class ManualPause final : public Pause {
public:
    explicit ManualPause(ManualClock& clock) : clock_(clock) {}
    [[nodiscard]] bool wait(Millis span) override {
        clock_.advance(span);
        return true;
    }

private:
    ManualClock& clock_;
};

}  // namespace cone::rpc
