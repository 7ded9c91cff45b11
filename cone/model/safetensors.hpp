// Weights as a safetensors file, which PyTorch users load with `safetensors.torch.load_file`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cone/base/bytes.hpp"
#include "cone/model/network.hpp"

namespace cone::model {

/// Layout: u64 length of the header, little-endian; the header, JSON padded with spaces to a multiple of 8; the values as
/// float32. `values` are all values of the network, in name order.
[[nodiscard]] Bytes to_safetensors(const Network& network, std::span<const float> values);

}  // namespace cone::model
