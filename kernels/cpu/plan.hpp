// A network compiled to steps for a number of blocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "arena.hpp"
#include "cone_kernels/network.hpp"
#include "operators.hpp"
#include "step.hpp"
#include "tensors.hpp"

namespace cone::kernels::cpu {

/// Lists of steps. `prepare` packs weights, each time they changed. `forward` and `backward` go block by block: a block needs no
/// other one. `weights` needs all blocks and writes the gradient of the parameters; its steps do not depend on one another.
///
/// With `by_layer` all blocks go through a layer before the next one. Then `forward` and `backward` hold everything in its
/// order: each convolution's weights are packed, into the same room, before its product, and each layer's weight gradient is
/// made in its turn, after which the memory of its gradient is free. `weights` only says then which step made what.
struct Plan {
    std::size_t blocks = 0;  ///< room
    bool by_layer = false;
    std::vector<Step> prepare;
    std::vector<Step> forward;
    std::vector<Step> backward;
    std::vector<Step> weights;
    std::deque<Step> squares;  ///< of convolutions whose weight gradient fills in the gradient before the pool
    Map logits;
    Arena arena;
};

/// `weights` and `gradient` hold the network's values and outlive the plan.
[[nodiscard]] std::unique_ptr<Plan> make_plan(const Network& network, const Operators& operators, std::size_t blocks,
                                              bool by_layer, const float* weights, float* gradient);

}  // namespace cone::kernels::cpu
