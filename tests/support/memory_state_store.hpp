// States in memory, shared by threads; tests can damage what is stored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "cone/node/state_store.hpp"

namespace cone::test {

class MemoryStateStore final : public node::StateStore {
public:
    void put(const Hash32& digest, const training::TrainingState& state) override {
        const std::lock_guard lock(mutex_);
        states_[digest] = state;
    }
    [[nodiscard]] std::optional<training::TrainingState> get(const Hash32& digest) override {
        const std::lock_guard lock(mutex_);
        const auto at = states_.find(digest);
        if (at == states_.end()) {
            return std::nullopt;
        }
        training::TrainingState state = at->second;
        if (damage_) {
            damage_(state);
        }
        return state;
    }
    /// From now on whatever is read is changed by `damage`.
    void damage_reads(std::function<void(training::TrainingState&)> damage) {
        const std::lock_guard lock(mutex_);
        damage_ = std::move(damage);
    }

private:
    std::mutex mutex_;
    std::function<void(training::TrainingState&)> damage_;
    std::map<Hash32, training::TrainingState> states_;
};

}  // namespace cone::test
