// One batch of a local training on a kernels::Engine: its rows, its virtual shards, their sum.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/model/shard_sum.hpp"
#include "cone/model/trainer.hpp"
#include "cone_kernels/engine.hpp"

namespace cone::model {

/// The round's rule with its learning rate.
[[nodiscard]] kernels::Optimiser optimiser_of(const LocalRun& run);

/// Reused from step to step. The engine outlives it.
class BatchGradient {
public:
    /// `values` of the network; `block` is the profile's.
    BatchGradient(kernels::Engine& engine, std::size_t values, std::uint32_t block) : engine_(engine), sum_(values, block) {}

    /// Leaves the gradient of the mean loss over `rows` of the shard in the engine, at its weights. One virtual shard is the
    /// batch itself and is not quantised. Collective with a team.
    [[nodiscard]] kernels::Status compute(const data::Shard& shard, std::span<const std::uint32_t> rows, const LocalRun& run,
                                          std::uint32_t epoch, const ShardTeam* team = nullptr);

private:
    [[nodiscard]] kernels::Status compute_part(const data::Shard& shard, std::span<const std::uint32_t> rows,
                                               std::uint32_t divisor, const LocalRun& run, std::uint32_t epoch);

    kernels::Engine& engine_;
    ShardSum sum_;
    std::vector<const std::uint8_t*> rows_;
    std::vector<std::uint8_t> labels_;
};

}  // namespace cone::model
