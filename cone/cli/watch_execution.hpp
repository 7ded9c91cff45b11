// One of the two executions a watcher makes: its own copy of the data, its own engine, its own states, sharing nothing with the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cone/cli/directory_state_store.hpp"
#include "cone/cli/file_notebook.hpp"
#include "cone/node/self_check.hpp"
#include "cone/training/engine.hpp"

namespace cone::cli {

class ExecutionTrack {
public:
    /// Reads nothing yet. `track` 1 computes with another instruction set than 0 where the processor has two that are fast.
    /// `memory`: what is executed is kept in this folder, for the next process; empty: nowhere.
    ExecutionTrack(training::JobContext context, Hash32 job_seed, std::filesystem::path store, std::size_t track,
                   std::uint32_t threads, std::function<void(const std::string&)> progress, std::filesystem::path memory = {});

    /// Executes `segment` on what this track has as state before it: segment 0 on the initial one, g on what g - 1 gave. Data are held
    /// against their roots when they are read, and again in memory before each segment. What an earlier process executed on the same
    /// digest is taken from the memory if its state still opens that digest. Never throws: see `failure`.
    [[nodiscard]] node::ExecutionReport execute(SegmentIndex segment, const Hash32& previous);
    /// Of what was executed last, by segment.
    [[nodiscard]] const std::vector<hash::DigestOpening>& openings() const { return openings_; }
    /// Writes down what was executed last, for the next process: when the other track gave the same.
    void keep();

private:
    /// One process's executions for the next.
    struct Memory {
        explicit Memory(const std::filesystem::path& folder) : notes(folder / "notes"), states(folder) {}
        FileNotebook notes;
        DirectoryStateStore states;
    };
    struct Known {
        Hash32 digest;
        hash::DigestOpening opening;
        training::TrainingState state;
    };

    void open();
    void open_memory();
    [[nodiscard]] std::optional<Known> recall(SegmentIndex segment, const Hash32& previous);
    [[nodiscard]] Known run(SegmentIndex segment, const Hash32& previous, const training::TrainingState& before);
    [[nodiscard]] Hash32 data_in_memory() const;
    [[nodiscard]] training::SegmentTask task_of(SegmentIndex segment, const Hash32& previous) const;

    training::JobContext context_;
    Hash32 job_seed_;
    std::filesystem::path store_;
    std::size_t track_;
    std::uint32_t threads_;
    std::function<void(const std::string&)> progress_;
    std::filesystem::path folder_;
    std::optional<Memory> memory_;
    std::optional<node::Reveal> unkept_;  ///< of the newest state
    std::shared_ptr<const training::JobData> data_;
    std::unique_ptr<training::TrainingEngine> engine_;
    std::vector<training::TrainingState> states_;  ///< by the segment that begins with it
    std::vector<hash::DigestOpening> openings_;
};

}  // namespace cone::cli
