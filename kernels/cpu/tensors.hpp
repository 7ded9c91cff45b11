// Where the tensors of a network and their gradients lie, and which layers run as one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "arena.hpp"
#include "cone_kernels/network.hpp"
#include "step.hpp"

namespace cone::kernels::cpu {

/// How a layer is executed together with others.
struct Fusion {
    bool relu = false;                ///< Conv, Linear: also does the Relu that alone reads it
    std::optional<std::size_t> pool;  ///< Conv: also does this MaxPool of the Relu; the values before it are never stored
    bool in_place = false;            ///< Relu, Add: its tensor is the (first) one it reads
    bool done_before = false;         ///< Relu, MaxPool: a Conv or Linear does it on the way forward
    bool squares_late = false;    ///< Conv with a pool, reading tensor 0: only its weight gradient needs the squares' gradient
    bool undone_by_pool = false;  ///< Relu: the pool's gradient covers it
};

[[nodiscard]] std::vector<Fusion> fusions_of(const Network& network);

struct TensorMaps {
    Map values;
    Map gradient;
    Map sources;  ///< of a fused pool: place in the square, beside the values
};

/// Of every tensor, `blocks` blocks of them. With `by_layer` a gradient's memory serves the next one of its shape as soon as
/// the layer that made its tensor has had its turn.
[[nodiscard]] std::vector<TensorMaps> lay_out(const Network& network, const std::vector<Fusion>& fusions, std::size_t blocks,
                                              bool by_layer, Arena& arena);

/// Room for one block that all blocks share, without a halo.
[[nodiscard]] Map one_block(const Shape& shape, Arena& arena);

/// Floats from a map's origin of a block to each value in canonical order.
[[nodiscard]] std::vector<std::uint32_t> places_of(const Map& map, const Shape& shape);

}  // namespace cone::kernels::cpu
