// The exact sum of a batch's virtual shards: block fixed point, so no bit depends on who computed which shard.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/model/trainer.hpp"
#include "cone_kernels/fixed_point.hpp"
#include "cone_kernels/status.hpp"

namespace cone::model {

/// Gradients of the shards this rank computes, kept until all are there. Reused from step to step.
class ShardSum {
public:
    ShardSum(std::size_t values, std::uint32_t block) : values_(values), format_{.block = block} {}

    void start() { shards_ = 0; }
    /// Takes a copy. A gradient that is not finite makes the whole sum NotFinite, on every rank.
    void add(std::span<const float> gradient, kernels::Status status);
    /// Writes the sum over all shards of all ranks. Collective with a team; without one the sum of this rank's.
    [[nodiscard]] kernels::Status finish(const ShardTeam* team, std::span<float> gradient);

private:
    std::size_t values_;
    kernels::BlockFormat format_;
    std::size_t shards_ = 0;
    bool finite_ = true;
    std::vector<std::vector<float>> gradients_;
    std::vector<std::int32_t> exponents_;  ///< shared ones, then whether a gradient was not finite
    std::vector<std::int32_t> own_;
    std::vector<std::int32_t> mantissas_;
    std::vector<std::int64_t> sums_;
};

}  // namespace cone::model
