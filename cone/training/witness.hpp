// The witness: state roots inside local trainings, at places nobody knows before the attempt is drawn.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/job/job_spec.hpp"

namespace cone::training {

/// One place: after a local step of the seller that draw `draw` of round `round` picked.
struct WitnessChoice {
    std::uint32_t round_in_segment = 0;
    std::uint32_t draw = 0;
};

/// Choice m takes numbers 3m (round in segment) and 3m + 1 (draw) of stream WitnessStep under the attempt's seed.
[[nodiscard]] std::vector<WitnessChoice> witness_choices(const Hash32& attempt_seed, const job::JobSpec& spec);

/// Number 3m + 2, below the local steps of the picked seller: after which step the root is taken.
[[nodiscard]] std::uint32_t witness_step(const Hash32& attempt_seed, std::size_t choice, std::uint32_t local_steps);

}  // namespace cone::training
