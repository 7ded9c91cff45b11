// The grammar of a layer: one line of a job spec's `model.layers`.
// SPDX-License-Identifier: Apache-2.0
//
//   conv MAPS SIDE [stride N] [pad N]      linear VALUES | linear classes      relu
//   maxpool SIDE      avgpool SIDE | avgpool all      groupnorm GROUPS      layernorm
//   add NAME          embedding DIMENSION             attention HEADS [causal]      dropout PERCENT
//
// Each may end with `from NAME` (what it reads, instead of the layer before) and then `as NAME` (a name for what it makes).
// `add` adds the tensor NAME to what the layer reads. Words are separated by one space.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cone::model {

/// A line taken apart; numbers that the word does not have are 0.
struct LayerText {
    std::string word;
    std::uint32_t first = 0;   ///< MAPS, VALUES, SIDE, GROUPS, DIMENSION, HEADS, PERCENT
    std::uint32_t second = 0;  ///< conv's SIDE
    std::uint32_t stride = 1;
    std::uint32_t padding = 0;
    bool all = false;      ///< avgpool all
    bool classes = false;  ///< linear classes
    bool causal = false;
    std::string other;  ///< add's NAME
    std::string from;
    std::string as;
};

/// Throws ConfigError "model.layers[index]: ..." naming the word it cannot use and what would do.
[[nodiscard]] LayerText parse_layer(std::string_view line, std::size_t index);

/// Throws ConfigError with the line's place.
[[noreturn]] void refuse_layer(std::size_t index, const std::string& problem, const std::string& hint);

}  // namespace cone::model
