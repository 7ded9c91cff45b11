// A wait that another thread can end.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/rpc/pause.hpp"

namespace cone::rpc {

bool StoppablePause::wait(Millis span) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, span, [this] { return stopped_; });
}

void StoppablePause::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
}

bool StoppablePause::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

}  // namespace cone::rpc
