// Which weights and biases a network has, how they are called and where they stand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/model/network.hpp"

namespace cone::model {

/// Fills `parameters` and `values` from the graph's layers, and the layers' offsets. Part of make_network.
void place_parameters(Network& network);

}  // namespace cone::model
