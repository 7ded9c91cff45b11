// The trainer as a SegmentEngine: rounds, digest and witness of a segment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "cone/data/content_store.hpp"
#include "cone/model/trainer.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/parallelism.hpp"
#include "cone/training/segment.hpp"
#include "cone/training/update_source.hpp"

namespace cone::training {

/// Executes the segments of one job. A segment's result is a pure function of (job, task, state): neither the number of ranks
/// nor what ran before changes a bit. One engine a rank.
class TrainingEngine final : public SegmentEngine {
public:
    /// Makes the update source out of what the engine owns; both arguments outlive it.
    using MakeSource = std::function<std::unique_ptr<UpdateSource>(const JobData&, model::Trainer&)>;

    /// Updates come from the shards themselves (custodial) unless `make_source` gives another. `data` may be shared by engines.
    TrainingEngine(JobContext context, std::shared_ptr<const JobData> data, const Parallelism& parallelism = {},
                   const MakeSource& make_source = {});

    [[nodiscard]] TrainingState initial_state() override;
    /// Throws DataError when `from` is not a state of this job before `task.segment`, CommError when the team breaks.
    [[nodiscard]] SegmentResult run(const SegmentTask& task, const TrainingState& from, comm::Communicator& team,
                                    const std::function<void(const RoundTrace&)>& on_round) override;

private:
    JobContext context_;
    std::shared_ptr<const JobData> data_;
    Parallelism parallelism_;
    std::unique_ptr<model::Trainer> trainer_;
    std::unique_ptr<UpdateSource> source_;
};

/// Everything an executor checks before it takes part: the profile (EnvironmentError with the reason), then the data
/// (DataError naming the seller).
[[nodiscard]] std::unique_ptr<TrainingEngine> make_engine(const JobContext& context, const data::ContentStore& store,
                                                          const Parallelism& parallelism = {},
                                                          const TrainingEngine::MakeSource& make_source = {});

}  // namespace cone::training
