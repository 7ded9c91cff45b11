// The trace of a run on disk: one document a round, one checkpoint a segment. A run that stopped goes on from here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cone/base/ids.hpp"
#include "cone/data/content_store.hpp"
#include "cone/trace/records.hpp"

namespace cone::trace {

/// `<folder>/round-000007` holds round 7; `<folder>/segment-000002` holds the root of the state after segment 2, whose bytes
/// lie in the content store. Files are written beside and renamed. Not for two writers of one round at a time.
class TraceStore {
public:
    /// Creates the folder. Throws EnvironmentError when that fails.
    TraceStore(std::filesystem::path folder, data::ContentStore& states);

    /// Keeps a round; a round kept before is replaced (a segment may be executed again).
    void put(const RoundTrace& round);
    /// All rounds kept, ascending, without gaps from the first: stops before the first missing one.
    /// Throws DataError naming the file when one is malformed or holds another round than its name says.
    [[nodiscard]] std::vector<RoundTrace> rounds() const;

    /// Keeps the state after `segment`; returns its root in the content store.
    Hash32 put_checkpoint(SegmentIndex segment, const TrainingState& state);
    /// The state after `segment`; nothing when it was not kept. Throws DataError when it is damaged.
    [[nodiscard]] std::optional<TrainingState> checkpoint(SegmentIndex segment) const;

private:
    std::filesystem::path folder_;
    data::ContentStore& states_;
};

}  // namespace cone::trace
