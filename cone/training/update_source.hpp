// Where a seller's update comes from: the port between a round and whoever trains.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cone/base/ids.hpp"
#include "cone/model/trainer.hpp"

namespace cone::training {

struct UpdateTask {
    RoundIndex round;
    SellerIndex seller;
    std::span<const float> weights;          ///< w: all values of the network, in name order
    std::uint32_t threads = 0;               ///< as in model::LocalRun
    const model::ShardTeam* team = nullptr;  ///< ranks that share this update by virtual shards; collective then
};

struct Update {
    std::vector<float> delta;  ///< D = w_local - w; may hold NaN or infinity, all NaN when training stopped
};

/// A pure function of the task and the job, whoever shares it. Without a team each rank asks for the sellers it has.
class UpdateSource {
public:
    virtual ~UpdateSource() = default;
    [[nodiscard]] virtual Update update(const UpdateTask& task) = 0;
};

}  // namespace cone::training
