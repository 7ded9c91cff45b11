// The weighted mean of updates over a team, as an exact integer sum: no bit depends on ranks or order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/comm/communicator.hpp"
#include "cone_kernels/fixed_point.hpp"

namespace cone::training {

/// A seller's update (all finite) and how often it counts.
struct Contribution {
    std::span<const float> update;
    std::uint32_t weight = 0;
};

/// weights <- weights + sum over all ranks of weight_i * update_i / total_weight (kernels/fixed_point.hpp). Collective: every
/// rank passes the same weights and total and its own contributions. Nothing happens when the total is 0.
/// NotFinite when a result overflows float: the weights are then unspecified, on every rank.
[[nodiscard]] kernels::Status aggregate(std::vector<float>& weights, std::span<const Contribution> mine,
                                        std::uint64_t total_weight, const kernels::BlockFormat& format,
                                        comm::Communicator& team);

}  // namespace cone::training
