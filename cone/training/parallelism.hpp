// How a rank and its team share work: speed, never a bit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "cone/model/exact_trainer.hpp"

namespace cone::training {

/// What a team of several ranks deals out in local training.
enum class Split : std::uint8_t {
    Sellers,  ///< each picked seller to one rank: nothing is sent while they train
    Shards,   ///< the virtual shards of each batch: the gradient is summed over the ranks at every step
};

struct Parallelism {
    std::uint32_t threads = 1;  ///< of the exact engine, in each rank
    Split split = Split::Sellers;
    model::Implementation implementation = model::Implementation::Best;  ///< of the exact engine
};

}  // namespace cone::training
