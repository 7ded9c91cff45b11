// Why a layer could not be executed, as far as its own fields say.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cone_kernels/network.hpp"

namespace cone::kernels {

using Problem = std::optional<std::string>;

inline constexpr std::size_t kSizeLimit = std::size_t{1} << 31;

/// No side is 0, below kSizeLimit values.
bool is_usable(const Shape& shape);
/// "(channels, height, width)".
std::string text(const Shape& shape);
/// Of a layer with usable shapes; says nothing of the tensors it reads and of where its parameters are.
Problem problem_of_operator(const Layer& layer);

}  // namespace cone::kernels
