// Canonical bytes of what training leaves behind: seller distribution, state, round.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cone/base/bytes.hpp"
#include "cone/trace/records.hpp"

namespace cone::trace {

/// The document "cone.osmd/1": list of doubles p_i (docs/protocol.md 2.6).
[[nodiscard]] Bytes canonical_distribution(std::span<const double> distribution);

/// The document "cone.state/1": weights (byte string), distribution (list of f64), accesses (list of u32), rounds_done u32.
/// It names a checkpoint in the content store; digests bind its parts one by one.
[[nodiscard]] Bytes canonical_bytes(const TrainingState& state);
/// Throws DataError on anything malformed.
[[nodiscard]] TrainingState state_from_canonical(ByteSpan bytes);

/// The document "cone.round/2": the fields of RoundTrace in order. Throws DataError on NaN.
[[nodiscard]] Bytes canonical_bytes(const RoundTrace& round);
/// Throws DataError on anything malformed.
[[nodiscard]] RoundTrace round_from_canonical(ByteSpan bytes);

/// The document "cone.trace/1" of a segment: the list of its rounds' documents, each as a byte string. Throws DataError on NaN.
[[nodiscard]] Bytes canonical_bytes(std::span<const RoundTrace> rounds);
/// Root of its bytes: what a segment's digest binds and its witnesses are made of (docs/protocol.md 2.4).
[[nodiscard]] Hash32 trace_root(std::span<const RoundTrace> rounds);
/// Whether `root` is theirs, whatever they hold: false when there is a NaN among them.
[[nodiscard]] bool have_root(std::span<const RoundTrace> rounds, const Hash32& root);

}  // namespace cone::trace
