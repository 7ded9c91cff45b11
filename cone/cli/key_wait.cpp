// Tries the lease, watches the job, tries again.
// SPDX-License-Identifier: Apache-2.0
#include "cone/cli/key_wait.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "bridge/adapter/key_places.hpp"
#include "cone/cli/command.hpp"
#include "cone/cli/connection.hpp"
#include "cone/cli/job_choice.hpp"
#include "cone/cli/job_files.hpp"
#include "cone/cli/run_ranks.hpp"

namespace cone::cli {
namespace {

/// Waits in real time, tells how the job goes at every wait, and ends with the signal.
class WatchingPause final : public rpc::Pause {
public:
    WatchingPause(const std::atomic<bool>& interrupted, std::function<void()> look)
        : interrupted_(interrupted), look_(std::move(look)) {}
    [[nodiscard]] bool wait(Millis span) override {
        look_();
        for (Millis waited{0}; waited < span && !interrupted_; waited += kStep) {
            (void)pause_.wait(kStep);
        }
        return !interrupted_;
    }

private:
    static constexpr Millis kStep{100};
    const std::atomic<bool>& interrupted_;
    std::function<void()> look_;
    rpc::StoppablePause pause_;
};

/// The job as its board has it: a line when it got further.
class JobView {
public:
    JobView(Connection& connection, JobId job) : connection_(connection), job_(job) {}
    void look() {
        try {
            auto job = connection_.views().job(job_);
            if (!seen_ || seen_->accepted != job.accepted || seen_->state != job.state) {
                say("watching job " + std::to_string(job_.value) + ": " + contracts::to_string(job.state) + ", " +
                    std::to_string(job.accepted) + " of " + std::to_string(job.segments) + " segments accepted");
            }
            seen_ = std::move(job);
        } catch (const Error& error) {
            spdlog::debug("watching: {}", error.what());
        }
    }
    [[nodiscard]] bool is_over() const { return seen_ && seen_->state > contracts::JobState::Settling; }

private:
    Connection& connection_;
    JobId job_;
    std::optional<contracts::Job> seen_;
};

}  // namespace

KeyWait wait_for_key(const config::Config& config, std::uint64_t wanted_job, const std::atomic<bool>& interrupted) {
    Connection connection(config);
    const auto places = adapter::places_of_key(std::filesystem::path(config.output.dir) / "journal", connection.client(),
                                               config.chain.chain_id, signer_for(config, Role::Bridge)->address());
    const SteadyClock clock;
    try {
        const sender::Lease free(places.lease, clock, connection.pause());
        return KeyWait::Free;
    } catch (const sender::LeaseHeld& held) {
        say(std::string(held.what()) + "; this one watches and goes on when that one is gone");
    }
    const JobId job = choose_job(connection, config, wanted_job);
    const auto result = job_folder(config, job.value) / "result.json";
    const auto began = std::filesystem::file_time_type::clock::now();
    JobView view(connection, job);
    WatchingPause pause(interrupted, [&] { view.look(); });
    try {
        const sender::Lease taken(places.lease, clock, pause, {.patience = job_timeout(config)});
    } catch (const rpc::Stopped&) {
        return KeyWait::Interrupted;
    }
    view.look();
    std::error_code missing;
    const auto written = std::filesystem::last_write_time(result, missing);
    return view.is_over() && !missing && written >= began ? KeyWait::Done : KeyWait::Free;
}

}  // namespace cone::cli
