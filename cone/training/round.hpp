// One C-OSMD round on a team of ranks (design protocol 3): draw, train, judge, add, reweight, measure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cone/comm/communicator.hpp"
#include "cone/job/job_spec.hpp"
#include "cone/model/trainer.hpp"
#include "cone/training/job_data.hpp"
#include "cone/training/parallelism.hpp"
#include "cone/training/segment.hpp"
#include "cone/training/stopwatch.hpp"
#include "cone/training/update_source.hpp"

namespace cone::training {

/// What a round works with; all of it outlives the round.
struct RoundTools {
    const job::JobSpec& spec;
    const JobData& data;
    model::Trainer& trainer;
    UpdateSource& source;
    comm::Communicator& team;
    Timing& timing;
    Split split = Split::Sellers;
    std::uint32_t threads = 1;  ///< of a rank
};

/// TrainingState, unpacked.
struct LiveState {
    std::vector<float> weights;
    std::vector<double> distribution;
    std::vector<std::uint32_t> accesses;
    double utility = 0;  ///< U of the weights on the validation set
};

/// Runs round `round` and moves `state` on. Collective. Seller at position p of the draw's distinct sellers is trained by rank
/// p mod team size, or each seller by all ranks; the outcome does not depend on the team's size. An update that is not finite is left out, with a warning
/// that names the seller. Throws DataError when the sum overflows float.
[[nodiscard]] RoundTrace run_round(const RoundTools& tools, RoundIndex round, LiveState& state);

}  // namespace cone::training
