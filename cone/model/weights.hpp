// A network's weights: the initial ones, and their canonical document.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/model/network.hpp"

namespace cone::model {

/// Kaiming-uniform (He et al. 2015) as libtorch's layers default to: uniform in +-1/sqrt(fan_in), weights and biases; value j
/// of parameter t is number j of RngStream::InitialWeights, substream t, computed in double, rounded once to float.
[[nodiscard]] std::vector<float> initial_weights(const Network& network, std::uint64_t init_seed);

/// The document "cone.weights/1" (docs/protocol.md 2.6). `values` are all values of the network, in name order.
[[nodiscard]] Bytes canonical_weights(const Network& network, std::span<const float> values);

/// Reads the document back. Throws DataError when it is malformed, is not of this network (tensor named) or holds a value that
/// is not finite (tensor named).
[[nodiscard]] std::vector<float> weights_from_canonical(const Network& network, ByteSpan document);

/// Root of canonical_weights: the state root.
[[nodiscard]] Hash32 weights_root(const Network& network, std::span<const float> values);

}  // namespace cone::model
