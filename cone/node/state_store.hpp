// Where agreed training states are kept for members that did not compute them: the port, and the check of what comes out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cone/hash/records.hpp"
#include "cone/training/segment.hpp"

namespace cone::node {

/// Shared by all executors and trusted by none: what comes out is checked against the digest (`opens_to`).
class StateStore {
public:
    virtual ~StateStore() = default;
    /// Replaces what is there. Throws EnvironmentError when it cannot be written.
    virtual void put(const Hash32& digest, const training::TrainingState& state) = 0;
    /// Nothing when absent or unreadable.
    [[nodiscard]] virtual std::optional<training::TrainingState> get(const Hash32& digest) = 0;
};

/// Root of the seller distribution's canonical bytes (docs/protocol.md 2.6).
[[nodiscard]] Hash32 distribution_root(std::span<const double> distribution);

/// Whether `opening` is what `digest` commits to and `state` what the opening names: weights, distribution, accesses.
/// `rounds_done` is not hashed; it must be `(segment + 1) * rounds_per_segment`.
[[nodiscard]] bool opens_to(const Hash32& digest, const hash::SealedOpening& opening, const training::TrainingState& state,
                            std::uint32_t rounds_per_segment);

}  // namespace cone::node
