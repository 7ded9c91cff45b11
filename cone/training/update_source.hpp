// Where a seller's update comes from: the port between a round and whoever trains.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/ids.hpp"
#include "cone/model/trainer.hpp"

namespace cone::training {

struct UpdateTask {
    RoundIndex round;
    SellerIndex seller;
    std::span<const float> weights;             ///< w: all values of the network, in name order
    std::span<const std::uint32_t> root_steps;  ///< after which local steps a state root is wanted, any order
    std::uint32_t threads = 0;                  ///< as in model::LocalRun
    const model::ShardTeam* team = nullptr;     ///< ranks that share this update by virtual shards; collective then
};

struct Update {
    std::vector<float> delta;        ///< D = w_local - w; may hold NaN or infinity, all NaN when training stopped
    std::vector<Hash32> step_roots;  ///< one for each of root_steps, in their order
    double hashing_seconds = 0;      ///< of the wall time, spent on step_roots
};

/// A pure function of the task and the job, whoever shares it. Without a team each rank asks for the sellers it has.
class UpdateSource {
public:
    virtual ~UpdateSource() = default;
    [[nodiscard]] virtual Update update(const UpdateTask& task) = 0;
    /// Local steps of a seller's training; the same in every round.
    [[nodiscard]] virtual std::uint32_t steps(SellerIndex seller) const = 0;
};

}  // namespace cone::training
