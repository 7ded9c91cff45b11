// Executes a receipt's segments again and says where they part from what the receipt claims.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cone/report/receipt.hpp"
#include "cone/training/job_data.hpp"

namespace cone::cli {

struct Disagreement {
    SegmentIndex segment;
    std::uint32_t round = 0;
    std::string field;  ///< "draws", "state_root", ..., or "digest"
    std::string claimed;
    std::string executed;
};

struct Execution {
    std::size_t segments = 0;  ///< executed, the disagreeing one included
    std::optional<Disagreement> disagreement;
};

/// The job as the receipt names it.
[[nodiscard]] training::JobContext context_of(const report::Receipt& receipt);

/// Executes the first `count` segments from the initial state. Throws EnvironmentError when this machine cannot give the
/// profile's bits, DataError when the store lacks a shard or has a changed one, ConfigError when the receipt has fewer
/// segments.
[[nodiscard]] Execution execute_again(const report::Receipt& receipt, const std::filesystem::path& store, std::size_t count,
                                      const std::function<void(const std::string&)>& progress);

}  // namespace cone::cli
