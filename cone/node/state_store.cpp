// Checks a stored training state against the digest that was agreed on.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/state_store.hpp"

#include <algorithm>
#include <cmath>

#include "cone/hash/merkle.hpp"
#include "cone/hash/records.hpp"
#include "cone/trace/documents.hpp"

namespace cone::node {

Hash32 distribution_root(std::span<const double> distribution) {
    return hash::osmd_root(trace::canonical_distribution(distribution));
}

bool opens_to(const Hash32& digest, const hash::SealedOpening& opening, const training::TrainingState& state,
              std::uint32_t rounds_per_segment) {
    if (std::any_of(state.distribution.begin(), state.distribution.end(), [](double p) { return std::isnan(p); })) {
        return false;
    }
    return hash::segment_digest(opening) == digest && hash::bytes_root(state.weights) == opening.state_root &&
           distribution_root(state.distribution) == opening.osmd_root &&
           hash::accesses_root(state.accesses) == opening.accesses_root &&
           state.rounds_done == (opening.segment.value + 1) * rounds_per_segment;
}

}  // namespace cone::node
