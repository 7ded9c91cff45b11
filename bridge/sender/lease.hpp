// One bridge a key on a machine: a locked file with a heartbeat beside the journal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "bridge/rpc/pause.hpp"
#include "cone/base/clock.hpp"
#include "cone/base/errors.hpp"

namespace cone::sender {

/// Somebody else holds the lease; `what()` says who and since when it gives no sign of life.
struct LeaseHeld : Error {
    explicit LeaseHeld(const std::string& what)
        : Error(ExitCode::TryAgain, what, "stop that one first; two bridges with one key would spend each other's nonces") {}
};

struct LeaseSettings {
    Millis patience{0};          ///< how long to wait for a lease that another holds
    Millis stale_after{60'000};  ///< without a heartbeat for so long, observed on our own clock: it is taken over
    Millis look_every{1'000};
    Millis beat_every{5'000};
};

/// Held from construction to destruction, or to the death of the process: the kernel then unlocks the file. A holder that stands
/// still (frozen, or on another machine) is overtaken after `stale_after`; its next `beat` throws, and the journal lets it keep
/// nothing any more (SqliteJournal), so it signs nothing new.
class Lease {
public:
    /// Throws LeaseHeld after `settings.patience`, EnvironmentError when the file cannot be made. `clock` outlives it.
    Lease(std::filesystem::path file, const Clock& clock, rpc::Pause& pause, LeaseSettings settings = {});
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    /// Call often: shows life every `beat_every`. Throws EnvironmentError when another process took over.
    void beat();

private:
    [[nodiscard]] bool try_lock();
    void take_over();
    void wait_for_it(rpc::Pause& pause);
    [[nodiscard]] std::string read() const;
    void write();
    [[nodiscard]] bool is_ours() const;

    std::filesystem::path file_;
    const Clock& clock_;
    LeaseSettings settings_;
    int fd_ = -1;
    std::uint64_t beats_ = 0;
    Millis beaten_at_{};
};

}  // namespace cone::sender
