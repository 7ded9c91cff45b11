// Agreed training states as files, shared by all executors; each is checked against the digest by who reads it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cone/node/state_store.hpp"

namespace cone::cli {

/// `<folder>/state-<digest>` holds the document "cone.state/1".
class DirectoryStateStore final : public node::StateStore {
public:
    /// Creates the folder. Throws EnvironmentError when that fails.
    explicit DirectoryStateStore(std::filesystem::path folder);
    void put(const Hash32& digest, const training::TrainingState& state) override;
    [[nodiscard]] std::optional<training::TrainingState> get(const Hash32& digest) override;

private:
    [[nodiscard]] std::filesystem::path path_of(const Hash32& digest) const;

    std::filesystem::path folder_;
};

}  // namespace cone::cli
