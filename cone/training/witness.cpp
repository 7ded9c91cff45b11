// Draws of the stream WitnessStep.
// SPDX-License-Identifier: Apache-2.0
#include "cone/training/witness.hpp"

#include "cone/base/rng.hpp"

namespace cone::training {

std::vector<WitnessChoice> witness_choices(const Hash32& attempt_seed, const job::JobSpec& spec) {
    const Rng rng(attempt_seed, RngStream::WitnessStep, 0);
    std::vector<WitnessChoice> choices;
    for (std::uint64_t m = 0; m < spec.agreement.witness_steps; ++m) {
        choices.push_back({.round_in_segment = static_cast<std::uint32_t>(rng.below(3 * m, spec.schedule.rounds_per_segment)),
                           .draw = static_cast<std::uint32_t>(rng.below(3 * m + 1, spec.osmd.draws))});
    }
    return choices;
}

std::uint32_t witness_step(const Hash32& attempt_seed, std::size_t choice, std::uint32_t local_steps) {
    return static_cast<std::uint32_t>(
        Rng(attempt_seed, RngStream::WitnessStep, 0).below(3 * std::uint64_t{choice} + 2, local_steps));
}

}  // namespace cone::training
