// Loss and accuracy of weights on a shard, in fixed chunks, so that no bit depends on who evaluates what.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/comm/communicator.hpp"
#include "cone/data/shard.hpp"
#include "cone/model/trainer.hpp"

namespace cone::training {

/// Images that go through the network together; the last chunk of a shard may be smaller.
inline constexpr std::uint32_t kEvaluationChunk = 500;

/// Sums over a shard: losses in double, chunk by chunk in ascending order.
struct Evaluation {
    double loss_sum = 0;  ///< +infinity when a logit is not finite
    std::uint64_t correct = 0;
    std::uint32_t images = 0;

    /// U: minus the mean loss.
    [[nodiscard]] double utility() const { return -(loss_sum / images); }
    /// Share of right answers, rounded down.
    [[nodiscard]] std::uint32_t accuracy_bp() const { return static_cast<std::uint32_t>(correct * 10000 / images); }
};

/// All chunks on this rank.
[[nodiscard]] Evaluation evaluate(model::Trainer& trainer, std::span<const float> weights, const data::Shard& shard);

/// The same bits, the chunks of all `shards` dealt out over the team. Collective. One result a shard.
[[nodiscard]] std::vector<Evaluation> evaluate_shared(model::Trainer& trainer, std::span<const float> weights,
                                                      std::span<const data::Shard* const> shards, comm::Communicator& team);

}  // namespace cone::training
