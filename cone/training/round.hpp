// One C-OSMD round on a team of ranks (design protocol 3): draw, train, judge, add, reweight, measure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
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

/// A state root that is wanted: after local step `step` of the seller picked by draw `draw`.
struct RootRequest {
    std::uint32_t draw = 0;
    std::size_t choice = 0;  ///< the witness choice it answers
};

struct RoundOutcome {
    RoundTrace trace;
    std::vector<Hash32> roots;  ///< one a request, in their order
};

/// Runs round `round` and moves `state` on. Collective. Seller at position p of the draw's distinct sellers is trained by rank
/// p mod team size, or each seller by all ranks; the outcome does not depend on the team's size. An update that is not finite is left out, with a warning
/// that names the seller. Throws DataError when the sum overflows float.
[[nodiscard]] RoundOutcome run_round(const RoundTools& tools, RoundIndex round, const Hash32& attempt_seed,
                                     std::span<const RootRequest> requests, LiveState& state);

}  // namespace cone::training
