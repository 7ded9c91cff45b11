// Networks by name: their layer lists, as a job spec states them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cone::job {

inline constexpr std::array<std::string_view, 5> kPresets = {"lenet5", "cnn", "cnn-wide", "resnet18", "text"};

/// The layers of a preset (grammar: cone/model/layer_text.hpp); `name` is one of kPresets.
///   lenet5    LeCun et al. 1998 with ReLU and max pooling: 6 and 16 maps of 5 x 5, then 120, 84, classes
///   cnn       16, 32 and 64 maps of 3 x 3, each pooled, then classes: half the parameters, better on images it has not seen
///   cnn-wide  32 and 64 maps of 3 x 3, each pooled, then 128, classes
///   resnet18  He et al. 2015 for small images: a 3 x 3 stem, four stages of two blocks (64 to 512 maps), group normalisation
///   text      bytes through two blocks of causal self-attention and a feed-forward layer, then classes
[[nodiscard]] std::vector<std::string> preset_layers(std::string_view name);

}  // namespace cone::job
